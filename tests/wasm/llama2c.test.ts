import { describe, expect, it } from 'vitest';
import type { Fetch } from '../../web/src/engine/download.ts';
import { readModel } from '../../web/src/engine/files.ts';
import { openTokenizer } from '../../web/src/engine/text/tokenizer.ts';
import { pieceTokenizer } from '../../web/src/engine/text/llama2cTokenizer.ts';
import { init } from '../../web/src/index.node.ts';
import { codeOf, failureOf } from './errors.ts';
import {
  checkpointBytes,
  encodeAsRunC,
  forwardAsRunC,
  kSizes,
  randomVocabulary,
  randomWeights,
  tokenizerBytes,
  type Header,
} from './llama2c.ts';

const engine = await init();
const vocabulary = randomVocabulary(kSizes.vocab, 'abcde你', 1);
const tokenizerBin = new File([tokenizerBytes(vocabulary)], 'tokenizer.bin');
const fileOf = (bytes: Uint8Array<ArrayBuffer>, name = 'stories.bin') => new File([bytes], name);
/** A server of the files at these paths. */
const serverOf =
  (files: Record<string, Uint8Array<ArrayBuffer>>): Fetch =>
  async ({ pathname }, { signal }) => {
    signal.throwIfAborted();
    const body = files[decodeURIComponent(pathname)];
    return body
      ? new Response(body, { headers: { 'content-length': String(body.length) } })
      : new Response(null, { status: 404 });
  };
const anything: Fetch = async () => new Response(new Uint8Array(3));
const load = (bytes: Uint8Array<ArrayBuffer>, tokenizer = tokenizerBin) => engine.loadModel([fileOf(bytes), tokenizer]);

describe('a checkpoint of llama2.c', () => {
  it.each([
    ['with shared heads of keys', kSizes],
    ['with as many heads of keys', { ...kSizes, kvHeads: 4 }],
    ['with a classifier of its own', { ...kSizes, tied: false }],
    ['of one layer and two heads', { ...kSizes, layers: 1, heads: 2, kvHeads: 1, dim: 20 }],
  ])('%s computes what run.c does', async (_, sizes) => {
    const weights = randomWeights(sizes, 7);
    const model = await load(checkpointBytes(sizes, weights));
    const text = 'abc dea 你é b';
    const run = model.run(text, { logits: 'last' });
    expect([...run.ids]).toEqual(encodeAsRunC(vocabulary, text));
    const expected = forwardAsRunC(sizes, weights, [...run.ids]);
    const largest = Math.max(...expected.map(Math.abs));
    const worst = expected.reduce((most, x, i) => Math.max(most, Math.abs(run.logits.data[i]! - x)), 0);
    expect(worst).toBeLessThan(2 ** -23 * 4 * sizes.layers * (sizes.dim + sizes.hidden) * largest);
    model.dispose();
  });

  it('is a model of the family llama, named after its file', async () => {
    const model = await load(checkpointBytes(kSizes));
    expect(model.info).toMatchObject({
      family: 'llama',
      title: { en: 'stories' },
      n_layers: 2,
      n_heads: 4,
      n_kv_heads: 2,
      n_ctx: 32,
      vocab_size: 300,
    });
    // A text begins with token 1 and, before its first letter, a space that nobody typed.
    expect(model.encode('a').tokens[0]).toBe('<s>');
    expect(model.encode('').tokens).toEqual(['<s>']);
    model.dispose();
  });

  it('needs its tokenizer, by a name that begins with "tok"', async () => {
    const bytes = checkpointBytes(kSizes);
    const renamed = new File([tokenizerBytes(vocabulary)], 'tok300.bin');
    (await load(bytes, renamed)).dispose();
    expect(await failureOf(() => engine.loadModel([fileOf(bytes)]))).toEqual({
      code: 'file_missing',
      message: 'tokenizer.bin: found stories.bin, expected it beside stories.bin',
    });
    expect(await codeOf(() => engine.loadModel([fileOf(bytes, 'pytorch_model.bin')]))).toBe('file_missing');
  });

  it('comes from an address too, with its tokenizer by either name', async () => {
    const bytes = checkpointBytes(kSizes);
    const tokens = tokenizerBytes(vocabulary);
    for (const beside of ['tokenizer.bin', 'tok300.bin']) {
      const seen: [number, number][] = [];
      const onProgress = (...counts: [number, number]) => seen.push(counts);
      const server = serverOf({ '/dir/my stories.bin': bytes, [`/dir/${beside}`]: tokens });
      const files = await readModel('http://h.example/dir/my%20stories.bin', { onProgress }, server);
      expect(seen.at(-1)).toEqual([bytes.length + tokens.length, bytes.length + tokens.length]);
      const [model, chosen] = [await engine.loadModel(files), await load(bytes)];
      expect(model.info.title).toEqual({ en: 'my stories' });
      expect(model.run('abc dea').logits).toEqual(chosen.run('abc dea').logits);
      model.dispose();
      chosen.dispose();
    }
  });

  it('from an address says what is missing, and can be given up', async () => {
    const bytes = checkpointBytes(kSizes);
    const read = (folder: Record<string, Uint8Array<ArrayBuffer>>, signal?: AbortSignal) =>
      readModel('http://h.example/a.bin', signal ? { signal } : {}, serverOf(folder));
    expect(await failureOf(() => read({ '/a.bin': bytes }))).toEqual({
      code: 'file_missing',
      message: 'tok300.bin, tokenizer.bin: found neither beside a.bin',
    });
    expect(await codeOf(() => read({}))).toBe('file_missing');
    expect(await codeOf(() => readModel('http://h.example/%zz.bin', {}, anything))).toBe('file_truncated');
    expect(await codeOf(() => read({ '/a.bin': bytes.slice(0, 20) }))).toBe('file_truncated');
    expect(await codeOf(() => read({ '/a.bin': bytes, '/tokenizer.bin': new Uint8Array(3) }))).toBe('file_truncated');
    const controller = new AbortController();
    const reading = read({ '/a.bin': bytes, '/tokenizer.bin': tokenizerBytes(vocabulary) }, controller.signal);
    controller.abort('enough');
    await expect(reading).rejects.toBe('enough');
  });

  const bent = (header: Partial<Header>) => checkpointBytes(kSizes, randomWeights(kSizes), header);
  const at = (index: number, value: number) => Object.assign([], { [index]: value }) as Partial<Header>;
  it.each([
    ['too short for its header', new Uint8Array(20), 'file_truncated', /20 bytes, expected a header of 28/],
    ['cut off', checkpointBytes(kSizes).slice(0, -4), 'file_truncated', /found \d+ bytes, expected \d+/],
    ['with bytes to spare', Uint8Array.of(...checkpointBytes(kSizes), 0), 'file_truncated', /expected \d+/],
    ['of a negative size', bent(at(0, -24)), 'file_header', /dim: found -24/],
    ['of a huge size', bent(at(2, 2 ** 31 - 1)), 'file_header', /n_layers: found 2147483647, expected 1 to 256/],
    ['of huge sizes that would overflow', bent([16384, 2 ** 17, 256, 1, 1, 2 ** 20, 2 ** 17]), 'file_truncated', /./],
    ['without a vocabulary', bent(at(5, 0)), 'file_header', /vocab_size: found 0/],
    ['of the least number for a vocabulary', bent(at(5, -(2 ** 31))), 'file_header', /vocab_size: found -2147483648/],
    ['whose heads have odd sizes', bent(at(3, 8)), 'file_header', /n_heads: found 8/],
    ['whose heads share unevenly', bent(at(4, 3)), 'file_header', /n_kv_heads: found 3/],
    ['of a later version', bent([0x616b3432, 1]), 'file_header', /found version 1 of the format/],
  ])('%s is refused before anything is allocated', async (_, bytes, code, message) => {
    expect(await failureOf(() => load(bytes))).toEqual({ code, message: expect.stringMatching(message) });
  });
});

describe('a tokenizer.bin', () => {
  it('gives the tokens of run.c on drawn vocabularies and texts', async () => {
    const alphabets = ['ab', 'abc', 'abcdefgh', '你好吗ab', 'xyz.,!'];
    for (let seed = 1; seed <= 40; ++seed) {
      const alphabet = alphabets[seed % alphabets.length]!;
      const drawn = randomVocabulary(300 + seed, alphabet, seed);
      const json = pieceTokenizer('tokenizer.bin', tokenizerBytes(drawn), drawn.texts.length);
      const tokenizer = await openTokenizer(json, drawn.texts.length);
      for (const text of textsOver(`${alphabet} é`, seed)) {
        const { ids, tokens } = tokenizer.encode(text, 1000);
        expect([text, ...ids]).toEqual([text, ...encodeAsRunC(drawn, text)]);
        expect(
          tokens
            .slice(1)
            .join('')
            .replace(/⟨[0-9A-F ]+⟩/g, ''),
        ).toBe(text);
      }
    }
  });

  it.each([
    ['cut off', tokenizerBytes(vocabulary).slice(0, -1), 'file_truncated', /token 299 of length/],
    ['of fewer tokens', tokenizerBytes({ texts: ['a'], scores: [0] }), 'file_truncated', /1 tokens, expected the 300/],
    ['of more tokens', Uint8Array.of(...tokenizerBytes(vocabulary), 0, 0), 'file_truncated', /2 more after 300/],
    ['with a negative length', withLength(-1), 'file_header', /token 0: found length -1/],
    ['with a huge length', withLength(2 ** 31 - 1), 'file_truncated', /token 0 of length 2147483647/],
    ['with bytes that are no text', withBytes(0xff), 'tokenizer_invalid', /token 0 is not UTF-8/],
  ])('%s is refused', async (_, bytes, code, message) => {
    const refused = () => load(checkpointBytes(kSizes), new File([bytes], 'tokenizer.bin'));
    expect(await failureOf(refused)).toEqual({ code, message: expect.stringMatching(message) });
  });
});

function withLength(length: number): Uint8Array<ArrayBuffer> {
  const bytes = tokenizerBytes(vocabulary);
  new DataView(bytes.buffer).setInt32(8, length, true);
  return bytes;
}

function withBytes(byte: number): Uint8Array<ArrayBuffer> {
  const bytes = tokenizerBytes(vocabulary);
  bytes[12] = byte;
  return bytes;
}

/** Texts of up to 30 drawn characters, and runs of one, which hold every overlap of pieces. */
function textsOver(alphabet: string, seed: number): string[] {
  const letters = Array.from(alphabet);
  let state = seed;
  const draw = () => (state = Math.imul(state ^ (state >>> 13), 0x5bd1e995) + 0x1234567) >>> 0;
  const texts = Array.from({ length: 30 }, (_, length) =>
    Array.from({ length: length + 1 }, () => letters[draw() % letters.length]).join(''),
  );
  return [...texts, letters[0]!.repeat(17), ' '.repeat(9), `${letters[0]}${letters[1]}`.repeat(8)];
}
