import { progressTo } from './download.ts';
import { AttentionError } from './error.ts';
import { readsImages } from './families.ts';
import { folderNames as names, modelFiles } from './folder.ts';
import type { LoadOptions, ModelFiles } from './types.ts';

const depthOf = ({ webkitRelativePath = '' }: File): number => webkitRelativePath.split('/').length;
const nameOf = (file: File): string => file.name.split('/').at(-1)!;

/** Files from a drop or a chooser, matched by their names whatever folder they come from. */
export async function readFiles(files: File[], { onProgress, signal }: LoadOptions): Promise<ModelFiles> {
  // A folder comes with those in it: what lies on top counts first.
  const sorted = [...files].sort((a, b) => depthOf(a) - depthOf(b));
  const find = (name: string): File | undefined => sorted.find((file) => nameOf(file) === name);
  const progress = progressTo(onProgress);
  const text = async (name: string): Promise<string | undefined> => {
    const file = find(name);
    if (!file) return undefined;
    progress.expect(name);
    progress.size(name, file.size);
    const content = await readText(file);
    signal?.throwIfAborted();
    progress.add(name, file.size);
    return content;
  };
  const weights = find(names.weights);
  if (!weights && !find(names.config)) {
    const { findLlama2c, readLlama2c } = await import('./llama2c.ts');
    const checkpoint = findLlama2c(sorted);
    if (checkpoint) return readLlama2c(checkpoint, signal);
  }
  const config = await text(names.config);
  const tokenizer = (await text(names.tokenizer)) ?? (await readOther(text));
  const missing = [
    ...(config === undefined ? [names.config] : []),
    ...(weights ? [] : [names.weights]),
    ...(tokenizer === undefined && !readsImages(config ?? '')
      ? [`${names.tokenizer} (or ${names.otherTokenizers})`]
      : []),
  ];
  if (config === undefined || !weights || missing.length > 0) throw missingFiles(missing, files);
  progress.expect(names.weights);
  progress.size(names.weights, weights.size);
  progress.add(names.weights, weights.size);
  return modelFiles({
    config,
    weights,
    tokenizer,
    preprocessor: await text(names.preprocessor),
    reference: await text(names.reference),
  });
}

function missingFiles(missing: string[], files: File[]): AttentionError {
  const found = files.slice(0, 10).map(nameOf).join(', ') || 'no files';
  const more = files.length > 10 ? ` and ${files.length - 10} more` : '';
  return new AttentionError(
    'file_missing',
    `${missing.join(', ')}: found ${found}${more}, expected ${names.config}, ${names.weights}, ${names.tokenizer}, or a checkpoint of llama2.c`,
  );
}

async function readText(file: File): Promise<string> {
  try {
    return await file.text();
  } catch (error) {
    throw new AttentionError('file_fetch', `${file.name}: could not be read (${(error as Error).message})`, {
      cause: error,
    });
  }
}

const readOther = async (read: (name: string) => Promise<string | undefined>): Promise<string | undefined> =>
  (await import('./text/vocabularyFiles.ts')).readVocabulary(read);
