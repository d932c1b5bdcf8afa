import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { huggingFaceUrl, type Model, type ModelInfo, type Run } from '../../web/src/index.node.ts';

/**
 * What others computed with published checkpoints, and printed: a text written greedily, the likeliest words for the mask
 * or the likeliest labels, the logits from a row and a column on. `within` is what the printed digits and another order of
 * sums leave open.
 */
export type Answer = { source: string; reads: string } & (
  | { writes: string; tokens: number }
  | { likeliest: Record<string, number>; within: number }
  | { row: number; column: number; logits: number[][]; within: number }
);

export interface Published {
  /** The model's id on the Hugging Face hub. */
  id: string;
  /** The checkpoint's place in the model's folder, where it is one of llama2.c. */
  file?: string;
  answers: Answer[];
}

const kStory =
  'Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, ' +
  'red ball. She wanted to play with it, but it was too high.\nLily\'s mom said, "Lily, let\'s go to the park." Lily was ' +
  'sad and didn\'t know what to do. She said, "I want to play with your ball, but I can\'t find it."\nLily was sad and ' +
  "didn't know what to do. She said, \"I'm sorry, Lily. I didn't know what to do.\"\nLily didn't want to help her mom, " +
  'so she';

export const published: readonly Published[] = [
  {
    id: 'karpathy/tinyllamas',
    file: 'stories260K/stories260K.bin',
    answers: [{ source: 'llama2.c, test_all.py: 200 steps of run.c', reads: '', writes: kStory, tokens: 200 }],
  },
  {
    id: 'openai-community/gpt2',
    answers: [
      {
        source: 'transformers, tests/models/gpt2/test_modeling_gpt2.py: test_lm_generate_gpt2',
        reads: 'The dog',
        writes: 'The dog was found in a field near the intersection of West and West Streets.\n\nThe dog',
        tokens: 18,
      },
    ],
  },
  {
    id: 'google-bert/bert-base-uncased',
    answers: [
      {
        source: 'the model card',
        reads: "Hello I'm a [MASK] model.",
        likeliest: {
          fashion: 0.1073106899857521,
          role: 0.08774490654468536,
          new: 0.05338378623127937,
          super: 0.04667217284440994,
          fine: 0.027095865458250046,
        },
        within: 1e-4,
      },
      {
        source: 'Bumblebee, test/bumblebee/text/bert_test.exs: masked language modeling model',
        reads: 'The capital of France is [MASK].',
        row: 1,
        column: 1,
        logits: [
          [-14.724, -14.212, -14.6434],
          [-10.3125, -9.7459, -9.9923],
          [-15.1105, -14.8048, -14.9276],
        ],
        within: 1e-3,
      },
    ],
  },
  {
    id: 'distilbert/distilbert-base-uncased',
    answers: [
      {
        source: 'the model card',
        reads: "Hello I'm a [MASK] model.",
        likeliest: {
          role: 0.05292855575680733,
          fashion: 0.03968575969338417,
          business: 0.034743521362543106,
          model: 0.03462274372577667,
          modeling: 0.018145186826586723,
        },
        within: 1e-4,
      },
    ],
  },
  {
    id: 'distilbert/distilbert-base-uncased-finetuned-sst-2-english',
    answers: [
      {
        source: 'huggingface_hub, InferenceClient.text_classification',
        reads: 'I like you',
        likeliest: { POSITIVE: 0.9998695850372314, NEGATIVE: 0.0001304351753788069 },
        within: 1e-6,
      },
    ],
  },
];

/** Where a published model lies: on the hub, or below `place` by its id. */
export function placeOf({ id, file }: Published, place: string): URL {
  const folder = place === 'hub' ? huggingFaceUrl(id) : new URL(`${id}/`, pathToFileURL(`${resolve(place)}/`));
  return file ? new URL(file, folder) : folder;
}

/** What the model says in place of the answer; null where it gives it. */
export async function otherThan(model: Model, answer: Answer): Promise<string | null> {
  if ('writes' in answer) {
    let text = '';
    const options = { maxTokens: answer.tokens, temperature: 0 };
    for await (const step of model.generate(answer.reads, options)) ({ text } = step);
    // llama2.c leaves the space away that its tokenizer puts before a text.
    return text === answer.writes || text.trimStart() === answer.writes ? null : JSON.stringify(text);
  }
  const run = model.run(answer.reads);
  if ('likeliest' in answer) {
    const found = likeliest(model.info, run, Object.keys(answer.likeliest).length);
    const isRight =
      String(Object.keys(found)) === String(Object.keys(answer.likeliest)) &&
      Object.entries(answer.likeliest).every(([name, p]) => Math.abs(found[name]! - p) <= answer.within);
    return isRight ? null : JSON.stringify(found);
  }
  const [, outputs] = run.logits.shape as [number, number];
  const found = answer.logits.map((row, i) => {
    const at = (answer.row + i) * outputs + answer.column;
    return [...run.logits.data.subarray(at, at + row.length)];
  });
  const isRight = answer.logits.every((row, i) => row.every((x, j) => Math.abs(found[i]![j]! - x) <= answer.within));
  return isRight ? null : JSON.stringify(found);
}

/** The likeliest words for the mask of a model that fills one, or the likeliest labels, likeliest first. */
function likeliest(info: ModelInfo, { tokens, logits }: Run, count: number): Record<string, number> {
  const isMask = info.head === 'masked_token';
  const names = isMask ? info.vocabulary : info.labels;
  const row = isMask ? tokens.indexOf('[MASK]') : 0;
  const values = [...logits.data.subarray(row * info.outputs, (row + 1) * info.outputs)];
  const most = Math.max(...values);
  const total = values.reduce((sum, x) => sum + Math.exp(x - most), 0);
  const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!);
  return Object.fromEntries(order.slice(0, count).map((i) => [names[i]!.trim(), Math.exp(values[i]! - most) / total]));
}
