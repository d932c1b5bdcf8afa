import type { ModelFiles } from './types.ts';

/** The names of a Hugging Face folder. */
export const folderNames = {
  config: 'config.json',
  weights: 'model.safetensors',
  tokenizer: 'tokenizer.json',
  /** What may stand in place of tokenizer.json. */
  otherTokenizers: 'vocab.json with merges.txt, or vocab.txt',
  /** How a model of images wants its pixels. */
  preprocessor: 'preprocessor_config.json',
  /** Numbers that another program computed with the model. */
  reference: 'reference.json',
} as const;

/** The files, without those that there are not. */
export function modelFiles(parts: { [part in keyof ModelFiles]: ModelFiles[part] | undefined }): ModelFiles {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)) as unknown as ModelFiles;
}
