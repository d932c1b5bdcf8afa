import { readFileSync } from 'node:fs';
import type { ModelFiles, ModelInfo, ModelInput, Tensor } from '../../web/src/engine/types.ts';
import { goldenArrays } from './goldenFile.ts';
import { characterTokenizer } from './tokenizers.ts';

/** Every folder of tests/golden that holds a model, with values from the papers' formulas at every station. */
export const familyCases = [
  'gpt2_f32',
  'gpt2_f16',
  'gpt2_bf16',
  'gpt2_prefixed',
  'gpt2_gelu',
  'gpt2_silu',
  'llama_f32',
  'llama_f16',
  'llama_bf16',
  'llama_bands',
  'bert_f32',
  'bert_f16',
  'bert_bf16',
  'bert_tokens',
  'bert_base',
  'distilbert_f32',
  'distilbert_f16',
  'vit_f32',
  'vit_f16',
  'deit_f32',
  'deit_bf16',
  'transformer_f32',
  'transformer_f16',
  'transformer_bf16',
] as const;

const kLetters = Array.from({ length: 30 }, (_, i) => String.fromCodePoint(0x61 + i));
const kNotes = ['ids', 'segments', 'source', 'image', 'head_off.logits'];

const textOf = (ids: Iterable<number>) => [...ids].map((id) => kLetters[id - 1] ?? '?').join('');

export function folderOf(name: string, more: object = {}): ModelFiles {
  const fileOf = (file: string) => readFileSync(new URL(`../golden/${name}/${file}`, import.meta.url));
  return {
    config: JSON.stringify({ ...(JSON.parse(fileOf('config.json').toString('utf8')) as object), ...more }),
    weights: new Uint8Array(fileOf('model.safetensors')),
    tokenizer: characterTokenizer(kLetters.join('')),
  };
}

export interface Case {
  files: ModelFiles;
  input: ModelInput;
  stations: Record<string, Tensor>;
  padded: Record<string, Tensor>;
}

export function caseOf(name: string): Case {
  const arrays = goldenArrays(`${name}/stations`);
  const { ids, source, image } = arrays;
  const first = ids?.data[0] ?? 0;
  const files = folderOf(name, { decoder_start_token_id: first, pad_token_id: 0 });
  const entries = Object.entries(arrays).filter(([key]) => !kNotes.includes(key));
  const pick = (wanted: boolean) => Object.fromEntries(entries.filter(([key]) => key.startsWith('padded.') === wanted));
  const text = textOf(ids?.data ?? []);
  const pairs = name.startsWith('bert');
  const input = image
    ? { image }
    : source
      ? { text: textOf(source.data), target: text.slice(1) }
      : pairs
        ? { text: text.slice(0, 4), pair: text.slice(4) }
        : text;
  return { files, input, stations: pick(false), padded: pick(true) };
}

/** What the longest way through the model may round, in parts of the largest number. */
export function roundingOf({ d_model, d_mlp, n_layers, n_encoder_layers }: ModelInfo): number {
  return 2 ** -23 * 4 * (n_layers + n_encoder_layers + 1) * (d_model + d_mlp);
}

/** The largest difference, in parts of the largest expected number; infinite where shapes or infinities differ. */
export function apart(found: Tensor, expected: Tensor): number {
  if (String(found.shape) !== String(expected.shape)) return Infinity;
  const largest = expected.data.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
  return expected.data.reduce((worst, x, i) => {
    const difference = found.data[i] === x ? 0 : Math.abs(found.data[i]! - x) / largest;
    return difference <= worst ? worst : difference;
  }, 0);
}
