import { Tokenizer as Library } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { openTokenizer } from '../../web/src/engine/text/tokenizer.ts';
import { dense, kNastyTexts } from './texts.ts';
import { byteTokenizer, characterTokenizer, fallbackTokenizer, unigramTokenizer, wordTokenizer } from './tokenizers.ts';

const kLetters = 'abcdefghijklmnopqrstuvwxyz \n白日依山尽';
const kWords = ['anna', 'loved', 'ben', '.', '?', 'who', '我', '爱', '过', '他', '因', '为', 'un', '##known'];
const characters = () => openTokenizer(characterTokenizer(kLetters), 100);
const words = () => openTokenizer(wordTokenizer(kWords), 100);
const bytes = () => openTokenizer(byteTokenizer(), 300);

/** Tokens without the marks of bytes whose character stands with an earlier token. */
const withoutMarks = (tokens: string[]): string[] => tokens.map((token) => token.replace(/^⟨[0-9A-F ]+⟩/, ''));

/** ids as the library itself gives them: what a model was trained with. */
const libraryIds = (json: string, text: string) => new Library(JSON.parse(json), {}).encode(text).ids;

describe('characters', () => {
  it('gives one token a code point, as the library does', async () => {
    const text = '白日依山尽 abc';
    const { ids, tokens, unknown, total } = (await characters()).encode(text, 100);
    expect(tokens).toEqual([...text]);
    expect([...ids]).toEqual(libraryIds(characterTokenizer(kLetters), text));
    expect([unknown, total]).toEqual([[], 9]);
  });

  it('shows unknown characters as typed, counts them and loses none', async () => {
    const { ids, tokens, unknown } = (await characters()).encode('a😀\ud800b\u0000', 100);
    expect(tokens).toEqual(['a', '😀', '\ud800', 'b', '\u0000']);
    expect(unknown).toEqual([1, 2, 4]);
    expect([...ids].filter((id) => id === 0)).toHaveLength(3);
  });

  it('keeps the last tokens of a text that is longer than the context', async () => {
    const { tokens, total } = (await characters()).encode('abcdefgh', 3);
    expect([tokens.join(''), total]).toEqual(['fgh', 8]);
  });

  it('names the character when there is no unknown token', async () => {
    const strict = await openTokenizer(characterTokenizer('ab', { unknown: null }), 2);
    expect(() => strict.encode('abc', 10)).toThrow(
      expect.objectContaining({ code: 'text_unknown', message: expect.stringContaining('"c"') }),
    );
  });

  it('writes what it read', async () => {
    const tokenizer = await characters();
    const text = '白日 依山';
    const write = tokenizer.writer('');
    expect(Array.from(tokenizer.encode(text, 100).ids, write).join('')).toBe(text);
  });
});

describe('words', () => {
  it.each(['anna loved ben .', 'Anna LOVED ben.', '我爱过他？', 'unknown ben', 'anna因为他', ''])(
    'gives the ids of the library: %j',
    async (text) => {
      const found = text ? [...(await words()).encode(text, 100).ids] : [];
      expect(found).toEqual(libraryIds(wordTokenizer(kWords), text));
    },
  );

  it('shows words as they were typed, with their own letters', async () => {
    const { tokens, unknown } = (await words()).encode('ANNA  loved Zoë. unknown', 100);
    expect(tokens).toEqual(['ANNA', 'loved', 'Zoë', '.', 'un', 'known']);
    expect(unknown).toEqual([2]);
  });

  it('cuts unsegmented Chinese where continuing pieces have no prefix, and marks only what is missing', async () => {
    const json = wordTokenizer(['我', '爱', '爱过', '他', '因为'], { prefix: '', chinese: false });
    const tokenizer = await openTokenizer(json, 100);
    const { tokens, unknown } = tokenizer.encode('因为我爱过猫他abc', 100);
    expect(tokens).toEqual(['因为', '我', '爱过', '猫', '他', 'abc']);
    expect(unknown).toEqual([3, 5]);
    expect([...tokenizer.encode('因为我爱他', 100).ids]).toEqual(libraryIds(json, '因为我爱他'));
  });

  it('puts spaces between words but not between Chinese characters', async () => {
    const tokenizer = await words();
    const write = (before: string, text: string) =>
      Array.from(tokenizer.encode(text, 100).ids, tokenizer.writer(before)).join('');
    expect(write('anna', 'loved unknown ben .')).toBe(' loved unknown ben .');
    expect(write('', '我爱过他')).toBe('我爱过他');
    expect(write('我', '爱 ben')).toBe('爱 ben');
    expect(write('who ', 'loved')).toBe('loved');
  });
});

describe('subwords', () => {
  it('places byte-level tokens in the text, characters of several bytes with their first token', async () => {
    const { ids, tokens, unknown } = (await bytes()).encode('the the é<|endoftext|>', 100);
    expect(tokens).toEqual(['the', ' the', ' ', 'é', '⟨A9⟩', '<|endoftext|>']);
    expect([...ids]).toEqual(libraryIds(byteTokenizer(), 'the the é<|endoftext|>'));
    expect(unknown).toEqual([]);
  });

  it('holds a character back until its last byte has come', async () => {
    const tokenizer = await bytes();
    const { ids } = tokenizer.encode('aé😀', 100);
    expect(Array.from(ids, tokenizer.writer(''))).toEqual(['a', '', 'é', '', '', '', '😀']);
  });

  it('say which bytes of a character they are, and never show a replacement character', async () => {
    const tokenizer = await bytes();
    const read = (text: string) => tokenizer.encode(text, 100).tokens;
    expect(read('你好')).toEqual(['你', '⟨BD⟩', '⟨A0⟩', '好', '⟨A5⟩', '⟨BD⟩']);
    const joiner = ['\u200d', '⟨80⟩', '⟨8D⟩'];
    const woman = ['👩', '⟨9F⟩', '⟨91⟩', '⟨A9⟩'];
    expect(read('👩‍👩‍👧')).toEqual([...woman, ...joiner, ...woman, ...joiner, '👧', '⟨9F⟩', '⟨91⟩', '⟨A7⟩']);
    expect(tokenizer.vocabulary[0xe4]).toBe('⟨E4⟩');
    expect(tokenizer.vocabulary.join('')).not.toContain('\ufffd');
    const write = tokenizer.writer('');
    const ids = [...tokenizer.encode('你a', 100).ids];
    // The last byte of 你 never comes.
    expect([...ids.slice(0, 2), ids[3]!].map(write)).toEqual(['', '', '⟨E4 BD⟩a']);
  });

  it('hold a character that goes on in the next token with both', async () => {
    const json = JSON.parse(byteTokenizer());
    for (const token of ['\u0120\u00e4', '\u00bd\u0142a'])
      json.model.vocab[token] = Object.keys(json.model.vocab).length;
    json.model.merges.push('\u0120 \u00e4', '\u00bd \u0142', '\u00bd\u0142 a');
    json.model.vocab['\u00bd\u0142'] = Object.keys(json.model.vocab).length;
    json.added_tokens = [];
    const tokenizer = await openTokenizer(
      JSON.stringify({ ...json, pre_tokenizer: { ...json.pre_tokenizer, use_regex: false } }),
      300,
    );
    expect(tokenizer.encode(' 你a', 9).tokens).toEqual([' 你', '⟨BD A0⟩a']);
    expect(tokenizer.vocabulary).toEqual(expect.arrayContaining([' ⟨E4⟩', '⟨BD A0⟩a']));
  });

  it('of a vocabulary that falls back on bytes show them in the same way', async () => {
    const tokenizer = await openTokenizer(fallbackTokenizer(), 300);
    expect(tokenizer.encode('ab 你', 9).tokens).toEqual(['ab', ' ', '你', '⟨BD⟩', '⟨A0⟩']);
    expect(tokenizer.vocabulary).toEqual(expect.arrayContaining([' ab', '⟨E4⟩', '\n', '##']));
    const { ids } = tokenizer.encode('ab 你 ab', 9);
    expect(Array.from(ids, tokenizer.writer(''))).toEqual(['ab', ' ', '', '', '你', ' ab']);
    // A word keeps its space where a text goes on.
    expect(Array.from(ids.slice(0, 1), tokenizer.writer('ab'))).toEqual([' ab']);
  });

  it('finds the pieces of a Unigram tokenizer', async () => {
    const { tokens, unknown } = (await openTokenizer(unigramTokenizer(), 10)).encode('the cats zzz sat', 100);
    expect(tokens.join('').replace(/\s/g, '')).toBe('thecatszzzsat');
    expect(tokens.slice(0, 1)).toEqual(['the']);
    expect(unknown.map((index) => tokens[index]?.trim())).toEqual(['zzz']);
  });
});

describe('every tokenizer', () => {
  const kinds = { characters, words, bytes };
  for (const [name, open] of Object.entries(kinds)) {
    it.each(kNastyTexts)(`${name} lose no character of %j`, async (text) => {
      const { ids, tokens, unknown } = (await open()).encode(text, 1000);
      expect(tokens).toHaveLength(ids.length);
      const covered = withoutMarks(tokens).join('');
      if (name === 'words') expect(dense(covered)).toBe(dense(text));
      else expect(covered).toBe(text);
      for (const id of ids) expect(id).toBeGreaterThanOrEqual(0);
      expect(unknown.every((index) => index < ids.length)).toBe(true);
    });

    it.each(['a', 'a ', '我', '😀', ' ', '\ud800', 'e\u0301', 'loved ', 'the cat sat on the mat. '])(
      `${name} read 100,000 characters of %j within three seconds`,
      async (piece) => {
        const tokenizer = await open();
        const text = piece.repeat(100_000 / piece.length);
        const begun = performance.now();
        try {
          const { tokens, total } = tokenizer.encode(text, 64);
          expect(tokens.length).toBeLessThanOrEqual(64);
          expect(total).toBeGreaterThanOrEqual(tokens.length);
        } catch (error) {
          // Blanks alone are no words; a run without a break is refused where cutting it would take long.
          expect((error as { code?: string }).code).toMatch(name === 'words' ? /^text_empty$/ : /^text_too_long$/);
          expect(name === 'words' ? piece.trim() : name).toBe(name === 'words' ? '' : 'bytes');
        }
        expect(performance.now() - begun).toBeLessThan(3000);
      },
    );
  }

  it('refuses empty and endless texts, and things that are no text', async () => {
    const tokenizer = await words();
    const code = (text: unknown) => {
      try {
        tokenizer.encode(text as string, 10);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect([code(''), code(' \n'), code('a'.repeat(200_001)), code(7), code(null)]).toEqual([
      'text_empty',
      'text_empty',
      'text_too_long',
      'argument_type',
      'argument_type',
    ]);
  });

  it('reads an empty text where the tokenizer has a start token', async () => {
    const template = {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<s>': { id: '<s>', ids: [3], tokens: ['<s>'] } },
    };
    const added_tokens = [
      { id: 3, content: '<s>', special: true, normalized: false, single_word: false, lstrip: false, rstrip: false },
    ];
    const tokenizer = await openTokenizer(characterTokenizer('ab', { post_processor: template, added_tokens }), 4);
    expect(tokenizer.encode('', 10)).toMatchObject({ ids: Int32Array.of(3), tokens: ['<s>'], total: 1 });
    expect([...tokenizer.encode('ab', 10).ids]).toEqual([3, 1, 2]);
    // However long the text is, the start token stays.
    expect(tokenizer.encode('ababab', 3)).toMatchObject({ tokens: ['<s>', 'a', 'b'], total: 7 });
    expect(tokenizer.encode('ababab', 1)).toMatchObject({ tokens: ['b'], total: 7 });
  });

  it('two texts stand between the tokens of their template, told apart by type', async () => {
    const [cls, sep] = ['[CLS]', '[SEP]'];
    const special = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
    const sequence = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
    const template = {
      type: 'TemplateProcessing',
      single: [special(cls, 0), sequence('A', 0), special(sep, 0)],
      pair: [special(cls, 0), sequence('A', 0), special(sep, 0), sequence('B', 1), special(sep, 1)],
      special_tokens: {
        [cls]: { id: cls, ids: [3], tokens: [cls] },
        [sep]: { id: sep, ids: [4], tokens: [sep] },
      },
    };
    const added_tokens = [cls, sep].map((content, n) => ({
      id: 3 + n,
      content,
      special: true,
      normalized: false,
      single_word: false,
      lstrip: false,
      rstrip: false,
    }));
    const tokenizer = await openTokenizer(characterTokenizer('ab', { post_processor: template, added_tokens }), 5);
    const pair = tokenizer.encodePair('ab', 'bba', 20);
    expect([...pair.ids]).toEqual([3, 1, 2, 4, 2, 2, 1, 4]);
    expect([...pair.segments!]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(pair.tokens).toEqual([cls, 'a', 'b', sep, 'b', 'b', 'a', sep]);
    // The shorter text keeps all while there is room for half of both; of the longer one the end is left.
    expect(tokenizer.encodePair('ab', 'bbbbba', 7).tokens).toEqual([cls, 'a', 'b', sep, 'b', 'a', sep]);
    expect(tokenizer.encodePair('bbbbba', 'ab', 7).tokens).toEqual([cls, 'b', 'a', sep, 'a', 'b', sep]);
    expect(tokenizer.encode('ab', 20)).toMatchObject({ tokens: [cls, 'a', 'b', sep] });
    expect(tokenizer.encode('ab', 20, { framed: false })).toMatchObject({ tokens: ['a', 'b'] });
  });

  it.each([
    ['no JSON', '{'],
    ['a web page', '<!doctype html>'],
    ['null', 'null'],
    ['no model', '{}'],
    ['an unknown kind of model', JSON.stringify({ model: { type: 'WordLevel' } })],
    ['an unknown normaliser', wordTokenizer(kWords, { normalizer: { type: 'Nonsense' } })],
    ['an id beyond the vocabulary', characterTokenizer('abcdefghijkl')],
    [
      'a pattern that takes exponential time',
      wordTokenizer([], {
        pre_tokenizer: { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false },
      }),
    ],
    [
      'a pattern that is none',
      wordTokenizer([], {
        pre_tokenizer: { type: 'Split', pattern: { Regex: '[' }, behavior: 'Isolated', invert: false },
      }),
    ],
  ])('refuses %s', async (_, json) => {
    await expect(openTokenizer(json, 10)).rejects.toMatchObject({ name: 'AttentionError', code: 'tokenizer_invalid' });
  });
});
