import { Tokenizer as Library } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { openTokenizer } from '../../web/src/engine/text/tokenizer.ts';
import { bytePairTokenizer, wordPieceTokenizer } from '../../web/src/engine/text/vocabularyFiles.ts';
import { failureOf } from './errors.ts';
import { bytePairFiles, byteTokenizer, kBertWords, wordPieceFile, wordTokenizer } from './tokenizers.ts';

const { 'vocab.json': vocab, 'merges.txt': merges } = bytePairFiles();
const kTexts = ['the the é', ' the  the\n', '你好 👩‍👩‍👧', "the's the’s 123 !!", '<|endoftext|>the', 'a\u0000b'];

describe('vocab.json with merges.txt', () => {
  it.each(kTexts)('read %j as the tokenizer.json of the same vocabulary does', async (text) => {
    const [made, given] = [
      await openTokenizer(bytePairTokenizer(vocab, merges), 300),
      await openTokenizer(byteTokenizer(), 300),
    ];
    expect(made.encode(text, 100)).toEqual(given.encode(text, 100));
    expect(made.vocabulary).toEqual(given.vocabulary);
    const { ids } = made.encode(text, 100);
    expect(Array.from(ids, made.writer(''))).toEqual(Array.from(ids, given.writer('')));
  });

  it('follow tokenizer_config.json: a space in front, a start token, added tokens', async () => {
    const settings = JSON.stringify({
      add_prefix_space: true,
      add_bos_token: true,
      bos_token: { content: '<|endoftext|>' },
      added_tokens_decoder: { 260: { content: '<|user|>', special: true } },
    });
    const tokenizer = await openTokenizer(bytePairTokenizer(vocab, merges, settings), 300);
    expect(tokenizer.encode('the<|user|>the', 9).tokens).toEqual(['<|endoftext|>', 'the', '<|user|>', 'the']);
    expect([...tokenizer.encode('the<|user|>the', 9).ids]).toEqual([259, 258, 260, 258]);
  });

  it('keep merges of tokens that begin with "#", and line ends of Windows', async () => {
    const hashes = JSON.stringify({ ...JSON.parse(vocab), '##': 260 });
    const tokenizer = await openTokenizer(bytePairTokenizer(hashes, `${merges}# #`.replaceAll('\n', '\r\n')), 300);
    expect(tokenizer.encode('##the', 9).tokens).toEqual(['##', 'the']);
  });

  it.each([
    ['no JSON', '{', '', undefined, /^vocab\.json: /],
    ['a list', '["a"]', '', undefined, /^vocab\.json: found no object/],
    ['an id that is none', '{"a": -1}', '', undefined, /^vocab\.json: token "a": found -1, expected an id/],
    [
      'a merge of one token',
      '{"a": 0}',
      '#version: 0.2\na',
      undefined,
      /^merges\.txt: line 2: found "a", expected two/,
    ],
    ['a merge of three', '{"a": 0}', 'a a a', undefined, /^merges\.txt: line 1: found "a a a"/],
    [
      'a merge into nothing',
      '{"a": 0, "b": 1}',
      'a b',
      undefined,
      /^merges\.txt: line 1: found "ab", which vocab\.json/,
    ],
    ['settings that are no JSON', '{"a": 0}', '', '[', /^tokenizer_config\.json: /],
  ])('are refused with %s', async (_, vocab, merges, settings, message) => {
    expect(await failureOf(() => bytePairTokenizer(vocab, merges, settings))).toEqual({
      code: 'tokenizer_invalid',
      message: expect.stringMatching(message),
    });
  });

  it('hold tokens that name a prototype', async () => {
    const odd = `{"__proto__": 0, "constructor": 1, "a": 2}`;
    const tokenizer = await openTokenizer(bytePairTokenizer(odd, ''), 3);
    expect(tokenizer.vocabulary).toEqual(['__proto__', 'constructor', 'a']);
  });
});

describe('vocab.txt', () => {
  const open = (settings?: string) => openTokenizer(wordPieceTokenizer(wordPieceFile(), settings), 18);
  const idOf = (word: string): number => 5 + kBertWords.indexOf(word);

  it('has the ids of its lines, between [CLS] and [SEP]', async () => {
    const { ids, tokens, unknown } = (await open()).encode('The unaffable cats!', 20);
    expect(tokens).toEqual(['[CLS]', 'The', 'un', 'aff', 'able', 'cat', 's', '!', '[SEP]']);
    const words = ['the', 'un', '##aff', '##able', 'cat', '##s', '!'];
    expect([...ids]).toEqual([2, ...words.map(idOf), 3]);
    expect(unknown).toEqual([]);
  });

  it('takes case and accents off, and keeps the typed letters', async () => {
    const { ids, tokens } = (await open()).encode('CAFÉ, Cat', 20);
    expect([...ids]).toEqual([2, idOf('cafe'), idOf(','), idOf('cat'), 3]);
    expect(tokens).toEqual(['[CLS]', 'CAFÉ', ',', 'Cat', '[SEP]']);
    const cased = await open('{"do_lower_case": false}');
    expect([...cased.encode('Cat CAFÉ', 20).ids]).toEqual([2, idOf('Cat'), 1, 3]);
  });

  it('sets Chinese characters apart, and knows [MASK] and [UNK]', async () => {
    const { ids, tokens, unknown } = (await open()).encode('我爱你 the [MASK] zzz', 20);
    expect(tokens).toEqual(['[CLS]', '我', '爱', '你', 'the', '[MASK]', 'zzz', '[SEP]']);
    expect([...ids]).toEqual([2, idOf('我'), idOf('爱'), 1, idOf('the'), 4, 1, 3]);
    expect(unknown).toEqual([3, 6]);
    const joined = await open('{"tokenize_chinese_chars": false}');
    expect(joined.encode('我爱', 20).unknown).toEqual([1]);
  });

  it.each(['the cats, cafe!', "cat's un", 'Élan the', '我 the', 'a'.repeat(200)])(
    'reads %j as the tokenizer.json of the same words does',
    async (text) => {
      const words = wordPieceFile().trim().split('\n');
      const vocab = Object.fromEntries(words.map((word, id) => [word, id]));
      const same = JSON.parse(wordTokenizer([]));
      Object.assign(same.model, { vocab });
      Object.assign(same.normalizer, { strip_accents: null });
      const expected = new Library({ ...same, added_tokens: [] }, {}).encode(text).ids;
      expect([...(await open()).encode(text, 300).ids]).toEqual([2, ...expected, 3]);
    },
  );

  it('is refused without the tokens that BERT needs', async () => {
    expect(await failureOf(() => wordPieceTokenizer('[UNK]\n[CLS]\na\n'))).toEqual({
      code: 'tokenizer_invalid',
      message: "vocab.txt: found no [SEP] in 3 lines, expected BERT's tokens",
    });
  });
});
