import { AttentionError } from './error.ts';
import type { LoadOptions } from './types.ts';

/** How this environment gets the answer behind an address. */
export type Fetch = (url: URL, init: { signal: AbortSignal }) => Promise<Response>;

export const fetchFromNetwork: Fetch = (url, init) => globalThis.fetch(url, init);

/** What is larger stays a Blob, which browsers keep on disk. */
const kLargestInMemory = 64 * 2 ** 20;

/** Bytes so far and in all, over several files. */
export interface Progress {
  /** A file is under way; until its size is known the total is told as 0. */
  expect(name: string): void;
  size(name: string, bytes: number): void;
  add(name: string, bytes: number): void;
  /** There is no such file. */
  drop(name: string): void;
}

export function progressTo(onProgress: LoadOptions['onProgress']): Progress {
  const files = new Map<string, { loaded: number; size: number | null }>();
  const tell = (): void => {
    const all = [...files.values()];
    const loaded = all.reduce((sum, file) => sum + file.loaded, 0);
    const total = all.reduce((sum, file) => sum + Math.max(file.loaded, file.size ?? 0), 0);
    onProgress?.(loaded, all.every(({ size }) => size !== null) ? total : 0);
  };
  const known = (name: string) => files.get(name)!;
  return {
    expect: (name) => files.set(name, { loaded: 0, size: null }),
    size: (name, bytes) => (known(name).size = bytes),
    add(name, bytes) {
      known(name).loaded += bytes;
      tell();
    },
    drop: (name) => files.delete(name),
  };
}

/** A download and what it reports to. */
export interface Download {
  fetch: Fetch;
  folder: URL;
  progress: Progress;
  signal: AbortSignal;
}

/**
 * The bytes of a file of the folder: a Blob if they are more than 64 MiB. Throws `file_missing`, `file_fetch`, the signal's
 * reason.
 */
export async function download(name: string, from: Download): Promise<Uint8Array<ArrayBuffer> | Blob> {
  from.progress.expect(name);
  const response = await request(name, from);
  const length = Number(response.headers.get('content-length') ?? 0);
  // The length of a compressed answer counts other bytes than those that arrive.
  const size = response.headers.get('content-encoding') ? 0 : length;
  if (size > 0) from.progress.size(name, size);
  try {
    const fits = size > 0 && size <= kLargestInMemory;
    const read = await (fits ? readBytes(response, size, name, from) : readBlob(response, name, from));
    from.progress.size(name, read instanceof Blob ? read.size : read.length);
    return read;
  } catch (error) {
    if (from.signal.aborted) throw from.signal.reason;
    throw new AttentionError('file_fetch', `${name}: the connection broke (${(error as Error).message})`, {
      cause: error,
    });
  }
}

/** The text of a file of the folder. Throws as `download` does. */
export async function downloadText(name: string, from: Download): Promise<string> {
  const bytes = await download(name, from);
  return bytes instanceof Blob ? bytes.text() : new TextDecoder().decode(bytes);
}

/** The text of a file that a folder need not have; undefined without it. */
export async function downloadOptional(name: string, from: Download): Promise<string | undefined> {
  try {
    return await downloadText(name, from);
  } catch (error) {
    if (!isMissing(error)) throw error;
    from.progress.drop(name);
    return undefined;
  }
}

export const isMissing = (error: unknown): error is AttentionError =>
  error instanceof AttentionError && error.code === 'file_missing';

async function request(name: string, { fetch, folder, signal }: Download): Promise<Response> {
  const url = new URL(name, folder);
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new AttentionError('file_fetch', `${name}: ${url.href} could not be reached (${(error as Error).message})`, {
      cause: error,
    });
  }
  const { status } = response;
  const missing = (found: string): AttentionError => new AttentionError('file_missing', `${name}: found ${found}`);
  if (status === 404 || status === 410) throw missing(`nothing at ${url.href} (status ${status})`);
  if (!response.ok) throw new AttentionError('file_fetch', `${name}: ${url.href} answered with status ${status}`);
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel();
    throw missing(`a web page at ${url.href}, expected the file`);
  }
  return response;
}

/** Written once, into room of the promised size; a server that sends more is believed. */
async function readBytes(
  response: Response,
  size: number,
  name: string,
  { progress }: Download,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = new Uint8Array(size);
  let length = 0;
  const reader = response.body!.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const needed = length + next.value.length;
    if (needed > bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * length));
      larger.set(bytes.subarray(0, length));
      bytes = larger;
    }
    bytes.set(next.value, length);
    length = needed;
    progress.add(name, next.value.length);
  }
  return length === bytes.length ? bytes : bytes.slice(0, length);
}

async function readBlob(
  response: Response,
  name: string,
  { progress }: Download,
): Promise<Uint8Array<ArrayBuffer> | Blob> {
  const counted = response.body!.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, controller) {
        progress.add(name, piece.length);
        controller.enqueue(piece);
      },
    }),
  );
  const blob = await new Response(counted).blob();
  return blob.size > kLargestInMemory ? blob : new Uint8Array(await blob.arrayBuffer());
}
