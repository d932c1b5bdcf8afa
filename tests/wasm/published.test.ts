import { describe, expect, it } from 'vitest';
import { readVocabulary } from '../../web/src/engine/text/vocabularyFiles.ts';
import { init } from '../../web/src/index.node.ts';
import { caseOf, folderOf } from './familyCases.ts';
import { kTiny, tinyFolder } from './folder.ts';
import { otherThan, placeOf, published, type Answer } from './published.ts';
import { wordPieceFile } from './tokenizers.ts';

/** `npm run test:published` names the place; without it only the comparison itself is tested, with models of random weights. */
const place = process.env['ATTN_PUBLISHED'] ?? '';

const engine = await init();

describe.each(place ? published : [])('$id', (model) => {
  it('gives its published answers', { timeout: 3_600_000 }, async () => {
    const loaded = await engine.loadModel(placeOf(model, place));
    const found: (string | null)[] = [];
    for (const answer of model.answers) found.push(await otherThan(loaded, answer));
    loaded.dispose();
    expect(found).toEqual(model.answers.map(() => null));
  });
});

describe('the comparison with a published answer', () => {
  it('knows a right text from a wrong one', async () => {
    const model = await engine.loadModel(tinyFolder({ sizes: { ...kTiny, n_positions: 24 } }));
    let text = 'abc';
    for (let i = 0; i < 10; ++i) {
      const { data } = model.run(text, { logits: 'last' }).logits;
      text += model.info.vocabulary[data.indexOf(Math.max(...data))]!;
    }
    const answer: Answer = { source: 'itself', reads: 'abc', writes: text, tokens: 10 };
    expect(await otherThan(model, answer)).toBeNull();
    expect(await otherThan(model, { ...answer, writes: `${text.slice(0, -1)}?` })).toBe(JSON.stringify(text));
    expect(await otherThan(model, { ...answer, tokens: 9 })).toBe(JSON.stringify(text.slice(0, -1)));
    model.dispose();
  });

  it('knows right logits from wrong ones, by numbers that PyTorch computed', async () => {
    const { files, input, stations } = caseOf('distilbert_f32');
    const model = await engine.loadModel(files);
    const { shape, data } = stations['logits']!;
    const logits = [1, 2].map((row) => [4, 5, 6].map((column) => data[row * shape[1]! + column]!));
    const answer = {
      source: 'make_encoders_golden.py',
      reads: input as string,
      row: 1,
      column: 4,
      logits,
      within: 1e-4,
    };
    expect(await otherThan(model, answer)).toBeNull();
    const bent = [logits[0]!, [...logits[1]!.slice(0, 2), logits[1]![2]! + 2e-4]];
    expect(await otherThan(model, { ...answer, logits: bent })).toMatch(/^\[\[/);
    expect(await otherThan(model, { ...answer, row: 2 })).toMatch(/^\[\[/);
    model.dispose();
  });

  it.each([
    ['labels', 'bert_bf16', { id2label: Object.fromEntries([0, 1, 2, 3].map((i) => [i, `label ${i}`])) }],
    ['words for a mask', 'bert_f32', {}],
  ])('knows the likeliest %s', async (_, name, more) => {
    const words = Array.from({ length: 13 }, (_, i) => `word${i}`);
    const vocabulary = `${wordPieceFile()}${words.join('\n')}\n`;
    const tokenizer = await readVocabulary(async (file) => (file === 'vocab.txt' ? vocabulary : undefined));
    const model = await engine.loadModel({ ...folderOf(name, more), tokenizer: tokenizer! });
    const { info } = model;
    const { tokens, logits } = model.run('the [MASK] cat');
    const isMask = info.head === 'masked_token';
    const row = isMask ? 2 : 0;
    expect(tokens).toEqual(['[CLS]', 'the', '[MASK]', 'cat', '[SEP]']);
    const exponentials = [...logits.data].slice(row * info.outputs, (row + 1) * info.outputs).map(Math.exp);
    const total = exponentials.reduce((sum, x) => sum + x, 0);
    const all = exponentials.map((x, id) => [(isMask ? info.vocabulary : info.labels)[id]!, x / total] as const);
    const [first, second] = [...all].sort(([, a], [, b]) => b - a);
    const answer = { source: 'itself', reads: 'the [MASK] cat', within: 1e-6 };
    const likeliest = Object.fromEntries([first!, second!]);
    expect(await otherThan(model, { ...answer, likeliest })).toBeNull();
    expect(await otherThan(model, { ...answer, likeliest: Object.fromEntries([second!, first!]) })).not.toBeNull();
    const bent = { ...likeliest, [second![0]]: second![1] + 1e-5 };
    expect(await otherThan(model, { ...answer, likeliest: bent })).not.toBeNull();
    model.dispose();
  });
});

it('a published model lies below its id, on the hub or in a folder', () => {
  const [llama2c, gpt2] = published;
  expect(placeOf(gpt2!, 'hub').href).toBe('https://huggingface.co/openai-community/gpt2/resolve/main/');
  expect(placeOf(llama2c!, '/models').href).toBe('file:///models/karpathy/tinyllamas/stories260K/stories260K.bin');
});
