import { describe, expect, it, vi } from 'vitest';
import type { CompiledCore } from '../../web/src/engine/compile.ts';
import { Link } from '../../web/src/engine/link.ts';
import type { Port } from '../../web/src/engine/protocol.ts';
import { openTokenizer } from '../../web/src/engine/text/tokenizer.ts';
import { codeOf } from './errors.ts';
import { byteTokenizer, fallbackTokenizer, unigramTokenizer, wordTokenizer } from './tokenizers.ts';

/** Tokenizers and texts that are meant to take for ever. */

const splitBy = (Regex: string) =>
  wordTokenizer(['a'], { pre_tokenizer: { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false } });
const replace = (Regex: string) => ({ type: 'Replace', pattern: { Regex }, content: '' });

describe('patterns that take longer than the square of a text', () => {
  it.each([
    '(a+)+$',
    '(a|a)*$',
    '(?:a|ab)*c',
    '(.*)(.*)(.*)x',
    '\\s*\\s*\\s*x',
    '(a|b*)(a|b*)(a|b*)c',
    '(a+){30}$',
    '(a+){2,}$',
    'a{0,1000}a{0,1000}a{0,1000}b',
    `${'a?'.repeat(30)}${'a'.repeat(30)}`,
    `${'(a|a)'.repeat(40)}$`,
    '((a*)b?|(c*)d*(e+))f*',
    '(?=a*)(?=b*)(?=c*)x',
    'a+?b+?c+?',
    '['.repeat(300),
    'a'.repeat(20_001),
  ])('are refused: %s', async (pattern) => {
    expect(await codeOf(() => openTokenizer(splitBy(pattern), 100))).toBe('tokenizer_invalid');
    const normalizer = { type: 'Sequence', normalizers: [{ type: 'NFC' }, replace(pattern)] };
    expect(await codeOf(() => openTokenizer(wordTokenizer(['a'], { normalizer }), 100))).toBe('tokenizer_invalid');
    const decoder = replace(pattern);
    expect(await codeOf(() => openTokenizer(wordTokenizer(['a'], { decoder }), 100))).toBe('tokenizer_invalid');
  });

  it.each([
    // GPT-2, Llama 3, GPT-4o, DeepSeek, BLOOM, and a common replacement.
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}|\\s+",
    '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+',
    ' ?[^(\\s|[.,!?…。，、।۔،])]+',
    ' {2,}',
  ])('are not these, which tokenizers use: %s', async (pattern) => {
    expect(await codeOf(() => openTokenizer(splitBy(pattern), 100))).toBe('none');
  });
});

describe('files that are too much', () => {
  const nested = (depth: number) => `${'{"type":"Sequence","normalizers":['.repeat(depth)}${']}'.repeat(depth)}`;
  it.each([10, 1000, 100_000])('nested %i deep, open or are refused', async (depth) => {
    const json = wordTokenizer(['a'], { normalizer: '@' }).replace('"@"', nested(depth));
    expect(await codeOf(() => openTokenizer(json, 100))).toMatch(/^(none|tokenizer_invalid)$/);
  });

  it('of 200,000 words open within five seconds', async () => {
    const words = Array.from({ length: 200_000 }, (_, i) => `w${i.toString(36)}`);
    const begun = performance.now();
    const tokenizer = await openTokenizer(wordTokenizer(words), 200_001);
    expect(tokenizer.encode('w0 wzz', 9).unknown).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it('of 20,000 added tokens read a long text within five seconds', async () => {
    const added_tokens = Array.from({ length: 20_000 }, (_, i) => ({
      id: 2 + i,
      content: `<a${'a'.repeat(i % 50)}${i}>`,
    }));
    const tokenizer = await openTokenizer(wordTokenizer(['a'], { added_tokens }), 20_002);
    const begun = performance.now();
    expect(tokenizer.encode('<aaaaaaaaaaaaaaaaaaaa '.repeat(4000), 9).total).toBeGreaterThan(4000);
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});

describe('parts of another type than the library expects', () => {
  const bent = (file: string, change: (file: { model: Record<string, unknown>; decoder: unknown }) => void): string => {
    const json = JSON.parse(file) as Parameters<typeof change>[0];
    change(json);
    return JSON.stringify(json);
  };

  it('and ids without end are refused before a list is as long as they are', async () => {
    const begun = performance.now();
    for (const id of [199_999_995, 2 ** 40, -1, 1.5, '3', null]) {
      const vocabulary = bent(wordTokenizer(['a']), ({ model }) => Object.assign(model['vocab'] as object, { b: id }));
      expect([id, await codeOf(() => openTokenizer(vocabulary, 300))]).toEqual([id, 'tokenizer_invalid']);
      const added_tokens = [{ id, content: '<x>', special: true }];
      const added = wordTokenizer(['a'], { added_tokens });
      expect([id, await codeOf(() => openTokenizer(added, 300))]).toEqual([id, 'tokenizer_invalid']);
    }
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('are refused on opening', async () => {
    const listless = bent(unigramTokenizer(), ({ model }) => (model['vocab'] = [['<unk>', 0], [[]]]));
    expect(await codeOf(() => openTokenizer(listless, 300))).toBe('tokenizer_invalid');
  });

  it('are refused where they are met: on reading, on writing', async () => {
    const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' };
    const unknown = bent(unigramTokenizer(), (file) => {
      file.model['unk_id'] = 999_999;
      file.decoder = metaspace;
    });
    const opened = async () => {
      const tokenizer = await openTokenizer(unknown, 300);
      const write = tokenizer.writer('');
      for (const id of tokenizer.encode('the cat 你!', 50).ids) write(id);
      write(250);
    };
    expect(await codeOf(opened)).toBe('tokenizer_invalid');
  });
});

describe('texts that are too much', () => {
  const kinds = {
    WordPiece: [wordTokenizer(['a', '##a', 'aa']), 100],
    BPE: [byteTokenizer(), 300],
    'BPE over the whole text': [fallbackTokenizer(), 300],
    Unigram: [unigramTokenizer(), 10],
  } as const;
  const texts = [
    'a'.repeat(100_000),
    'ab '.repeat(66_666),
    'a'.repeat(19_999),
    `${'ab'.repeat(5000)} `.repeat(19),
    '你'.repeat(19_999),
  ];
  for (const [kind, [json, size]] of Object.entries(kinds)) {
    it.each(texts.map((text) => [text.slice(0, 4), text.length, text] as const))(
      `are read by ${kind} within five seconds, or refused: %j…, %i characters`,
      async (_start, _length, text) => {
        const tokenizer = await openTokenizer(json, size);
        const begun = performance.now();
        expect(await codeOf(() => tokenizer.encode(text, 64))).toMatch(/^(none|text_too_long)$/);
        expect(performance.now() - begun).toBeLessThan(5000);
      },
    );
  }
});

describe('a worker whose tokenizer takes too long', () => {
  const start = async () => {
    const ports: Port[] = [];
    const rung = (): Port => {
      const port: Port = {
        post: (request) =>
          'method' in request && request.method === 'start' && port.onAnswer({ id: 0, result: { encodings: [] } }),
        onAnswer: () => {},
        onFailure: () => {},
        close: () => {},
      };
      ports.push(port);
      return port;
    };
    const reasons: string[] = [];
    const compiled = Promise.resolve({} as CompiledCore);
    const link = new Link({ rungs: [rung], compiled, timeout: 0, onRestart: (reason) => reasons.push(reason) });
    await link.ready();
    return { link, ports, reasons };
  };

  it('is replaced, and its calls are told so', async () => {
    const { link, ports, reasons } = await start();
    vi.useFakeTimers();
    const call = codeOf(() => link.call('encode', [1, 'text']));
    await vi.advanceTimersByTimeAsync(0);
    ports[0]!.onAnswer({ within: 5000 });
    await vi.advanceTimersByTimeAsync(4900);
    expect(reasons).toEqual([]);
    await vi.advanceTimersByTimeAsync(400);
    expect(await call).toBe('engine_restarted');
    expect(reasons).toEqual(['the tokenizer took longer than 5 s']);
    expect(ports).toHaveLength(2);
    vi.useRealTimers();
  });

  it('is left alone once it has said that it is done', async () => {
    const { link, ports, reasons } = await start();
    vi.useFakeTimers();
    const call = codeOf(() => link.call('encode', [1, 'text']));
    await vi.advanceTimersByTimeAsync(0);
    ports[0]!.onAnswer({ within: 5000 });
    ports[0]!.onAnswer({ within: 0 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reasons).toEqual([]);
    link.close();
    expect(await call).toBe('disposed');
    vi.useRealTimers();
  });
});
