import { AttentionError } from './error.ts';
import type { LoadOptions, ModelFiles, ModelSource } from './types.ts';

/** The names of a Hugging Face folder, by the part each plays here. */
const kNames = { config: 'config.json', weights: 'model.safetensors', tokenizer: 'tokenizer.json' } as const;
type Part = keyof typeof kNames;
const kParts = Object.keys(kNames) as Part[];

/** How this environment gets the answer behind an address. */
export type Fetch = (url: URL, init: { signal: AbortSignal }) => Promise<Response>;

export const fetchFromNetwork: Fetch = (url, init) => globalThis.fetch(url, init);

/** Reads the three files of a model. Throws `file_missing`, `file_fetch`, `argument_type`, the signal's reason. */
export async function readModel(source: ModelSource, options: LoadOptions, fetch: Fetch): Promise<ModelFiles> {
  options.signal?.throwIfAborted();
  if (typeof source === 'string' || source instanceof URL) return readFolder(folderUrl(source), options, fetch);
  if (isModelFiles(source)) return source;
  if (isFiles(source)) return readFiles(Array.from(source), options);
  throw new AttentionError(
    'argument_type',
    'model: expected the URL of a folder, its files, or {config, weights, tokenizer}',
  );
}

function isModelFiles(source: unknown): source is ModelFiles {
  const { config, weights, tokenizer } = (source ?? {}) as Partial<ModelFiles>;
  return typeof config === 'string' && weights instanceof Uint8Array && typeof tokenizer === 'string';
}

function isFiles(source: unknown): source is ArrayLike<File> {
  if (typeof source !== 'object' || source === null || !('length' in source)) return false;
  return Array.from(source as ArrayLike<unknown>).every((file) => file instanceof Blob);
}

/** Bytes so far and in all, over several files. `total` is 0 until the size of every file is known. */
function progressOf(count: number, onProgress: LoadOptions['onProgress']) {
  const loaded = new Map<string, number>();
  const sizes = new Map<string, number>();
  const sum = (map: Map<string, number>): number => [...map.values()].reduce((total, bytes) => total + bytes, 0);
  return {
    size: (name: string, bytes: number) => sizes.set(name, bytes),
    add(name: string, bytes: number) {
      loaded.set(name, (loaded.get(name) ?? 0) + bytes);
      const soFar = sum(loaded);
      onProgress?.(soFar, sizes.size === count ? Math.max(soFar, sum(sizes)) : 0);
    },
  };
}

type Progress = ReturnType<typeof progressOf>;

/** The absolute address of a folder; a slash at its end may be left out. */
function folderUrl(source: string | URL): URL {
  try {
    const url = new URL(source, globalThis.location?.href);
    if (!url.pathname.endsWith('/')) url.pathname += '/';
    return url;
  } catch (error) {
    throw new AttentionError('argument_type', `model: found "${String(source)}", expected the URL of a folder`, {
      cause: error,
    });
  }
}

async function readFolder(folder: URL, { onProgress, signal }: LoadOptions, fetch: Fetch): Promise<ModelFiles> {
  const progress = progressOf(kParts.length, onProgress);
  // One failure ends the other two downloads.
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const [config, weights, tokenizer] = await Promise.all(
      kParts.map(async (part) => {
        const response = await request(fetch, new URL(kNames[part], folder), kNames[part], controller.signal);
        return readBody(response, kNames[part], progress, controller.signal);
      }),
    );
    return { config: decode(config!), weights: weights!, tokenizer: decode(tokenizer!) };
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

async function request(fetch: Fetch, url: URL, name: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new AttentionError('file_fetch', `${name}: ${url.href} could not be reached (${(error as Error).message})`, {
      cause: error,
    });
  }
  if (response.status === 404 || response.status === 410) {
    throw new AttentionError('file_missing', `${name}: found nothing at ${url.href} (status ${response.status})`);
  }
  if (!response.ok) {
    throw new AttentionError('file_fetch', `${name}: ${url.href} answered with status ${response.status}`);
  }
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel();
    throw new AttentionError('file_missing', `${name}: found a web page at ${url.href}, expected the file`);
  }
  return response;
}

async function readBody(
  response: Response,
  name: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const length = Number(response.headers.get('content-length') ?? 0);
  // The length of a compressed answer counts other bytes than those that arrive.
  const size = response.headers.get('content-encoding') ? 0 : length;
  if (size > 0) progress.size(name, size);
  const buffer = new GrowingBuffer(size);
  try {
    const reader = response.body!.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      buffer.append(next.value);
      progress.add(name, next.value.length);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new AttentionError('file_fetch', `${name}: the connection broke (${(error as Error).message})`, {
      cause: error,
    });
  }
  return buffer.bytes();
}

/** Bytes that arrive in pieces, written once where their number is known beforehand. */
class GrowingBuffer {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(expected: number) {
    this.#bytes = new Uint8Array(expected);
  }

  append(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = needed;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.length === this.#length ? this.#bytes : this.#bytes.slice(0, this.#length);
  }
}

/** Files from a drop or a chooser, matched by their names whatever folder they come from. */
async function readFiles(files: File[], { onProgress, signal }: LoadOptions): Promise<ModelFiles> {
  const found = kParts.map((part) => files.find((file) => file.name.split('/').at(-1) === kNames[part]));
  const missing = kParts.filter((_, index) => !found[index]).map((part) => kNames[part]);
  if (missing.length > 0) {
    const names =
      files
        .slice(0, 10)
        .map((file) => file.name)
        .join(', ') || 'no files';
    throw new AttentionError(
      'file_missing',
      `${missing.join(', ')}: found ${names}, expected ${Object.values(kNames).join(', ')}`,
    );
  }
  const progress = progressOf(kParts.length, onProgress);
  for (const file of found) progress.size(file!.name, file!.size);
  const [config, weights, tokenizer] = await Promise.all(found.map((file) => readFile(file!, progress)));
  signal?.throwIfAborted();
  return { config: decode(config!), weights: weights!, tokenizer: decode(tokenizer!) };
}

async function readFile(file: File, progress: Progress): Promise<Uint8Array> {
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    progress.add(file.name, bytes.length);
    return bytes;
  } catch (error) {
    throw new AttentionError('file_fetch', `${file.name}: could not be read (${(error as Error).message})`, {
      cause: error,
    });
  }
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
