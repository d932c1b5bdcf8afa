import { AttentionError } from './error.ts';
import { readsImages } from './families.ts';
import {
  download,
  downloadOptional,
  downloadText,
  isMissing,
  progressTo,
  type Download,
  type Fetch,
} from './download.ts';
import { folderNames as names, modelFiles, placeOf } from './folder.ts';
import type { LoadOptions, ModelFiles, ModelSource } from './types.ts';

/**
 * Reads the files of a model. Weights from files that were chosen stay in those files, and so does a download of more than
 * 64 MiB: such weights are a Blob. Throws `file_missing`, `file_fetch`, `argument_type`, `tokenizer_invalid`, for a
 * checkpoint of llama2.c `file_header` and `file_truncated`, and the signal's reason.
 */
export async function readModel(source: ModelSource, options: LoadOptions, fetch: Fetch): Promise<ModelFiles> {
  options.signal?.throwIfAborted();
  if (typeof source === 'string' || source instanceof URL) return readAddress(addressOf(source), options, fetch);
  if (isModelFiles(source)) return source;
  if (isFiles(source)) return (await import('./chosenFiles.ts')).readFiles(Array.from(source), options);
  throw new AttentionError(
    'argument_type',
    'model: expected the URL of a folder or of a llama2.c .bin, files, or {config, weights, tokenizer}',
  );
}

function isModelFiles(source: unknown): source is ModelFiles {
  const { config, weights, tokenizer } = (source ?? {}) as Partial<ModelFiles>;
  const isBytes = weights instanceof Uint8Array || weights instanceof Blob;
  return typeof config === 'string' && isBytes && (typeof tokenizer === 'string' || tokenizer === undefined);
}

function isFiles(source: unknown): source is ArrayLike<File> {
  if (typeof source !== 'object' || source === null || !('length' in source)) return false;
  return Array.from(source as ArrayLike<unknown>).every((file) => file instanceof Blob);
}

function addressOf(source: string | URL): URL {
  try {
    return new URL(source, globalThis.location?.href);
  } catch (error) {
    throw new AttentionError('argument_type', `model: found "${String(source)}", expected a URL`, {
      cause: error,
    });
  }
}

async function readAddress(url: URL, { onProgress, signal }: LoadOptions, fetch: Fetch): Promise<ModelFiles> {
  const { folder, checkpoint } = placeOf(url);
  // One failure ends the other downloads.
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const from: Download = { fetch, folder, progress: progressTo(onProgress), signal: controller.signal };
  try {
    return await (checkpoint === null ? readFolder(from) : readCheckpoint(checkpoint, from));
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

async function readCheckpoint(name: string, from: Download): Promise<ModelFiles> {
  const { downloadLlama2c } = await import('./llama2cDownload.ts');
  return downloadLlama2c(name, from);
}

async function readFolder(from: Download): Promise<ModelFiles> {
  const reading = downloadText(names.config, from);
  const [config, weights, tokenizer, preprocessor] = await Promise.all([
    reading,
    download(names.weights, from),
    reading.then((text) => (readsImages(text) ? undefined : downloadTokenizer(from))),
    reading.then((text) => (readsImages(text) ? downloadOptional(names.preprocessor, from) : undefined)),
  ]);
  return modelFiles({ config, weights, tokenizer, preprocessor });
}

/** tokenizer.json, or what older folders have in its place. */
async function downloadTokenizer(from: Download): Promise<string> {
  try {
    return await downloadText(names.tokenizer, from);
  } catch (error) {
    if (!isMissing(error)) throw error;
    from.progress.drop(names.tokenizer);
    const { readVocabulary } = await import('./text/vocabularyFiles.ts');
    const made = await readVocabulary((name) => downloadOptional(name, from));
    if (made !== undefined) return made;
    throw new AttentionError('file_missing', `${error.message}; no ${names.otherTokenizers} either`, { cause: error });
  }
}
