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

/** Whether a file's name may be a checkpoint of llama2.c: other programs call theirs `.bin` too. */
export const mayBeLlama2c = (name: string): boolean =>
  /\.bin$/i.test(name) && !/pytorch|optimizer|training_args/i.test(name);

/**
 * Where the model lies that an address names: by its folder, whose slash at the end may be left out, by a file in it, or as a
 * checkpoint of llama2.c.
 */
export function placeOf(url: URL): { folder: URL; checkpoint: string | null } {
  const name = url.pathname.split('/').at(-1)!;
  const isFile = /\.(json|txt|md|safetensors|bin)$/i.test(name);
  const folder = new URL(url);
  folder.pathname = isFile ? url.pathname.slice(0, -name.length) : url.pathname.replace(/\/?$/, '/');
  return { folder, checkpoint: mayBeLlama2c(name) ? name : null };
}

/** The files, without those that there are not. */
export function modelFiles(parts: { [part in keyof ModelFiles]: ModelFiles[part] | undefined }): ModelFiles {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)) as unknown as ModelFiles;
}
