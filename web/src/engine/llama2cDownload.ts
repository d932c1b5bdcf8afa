import { download, isMissing, type Download } from './download.ts';
import { AttentionError } from './error.ts';
import { readLlama2c, readVocabularySize } from './llama2c.ts';
import type { ModelFiles } from './types.ts';

/**
 * A checkpoint of llama2.c from the network. Its tokenizer is looked for beside it, as `tok512.bin` (so many tokens) and as
 * `tokenizer.bin`, which are the names that llama2.c's own files have. Throws as `download` and `readLlama2c` do.
 */
export async function downloadLlama2c(name: string, from: Download): Promise<ModelFiles> {
  const fetched = async (file: string): Promise<File> => new File([await download(file, from)], plain(file));
  const checkpoint = await fetched(name);
  const names = [`tok${await readVocabularySize(checkpoint)}.bin`, 'tokenizer.bin'];
  for (const tokenizer of names) {
    try {
      return await readLlama2c({ checkpoint, tokenizer: await fetched(tokenizer) }, from.signal);
    } catch (error) {
      if (!isMissing(error)) throw error;
      from.progress.drop(tokenizer);
    }
  }
  throw new AttentionError('file_missing', `${names.join(', ')}: found neither beside ${checkpoint.name}`);
}

/** A part of an address as it was written; what is no such writing stays. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
