import { AttentionError } from './error.ts';

/** A file of weights as the core reads it: piece by piece, so that it need not stand in memory. */
export interface WeightSource {
  /** In bytes. */
  readonly size: number;
  /** Fills `into`, a view of the module's memory that is lent for the call, from byte `begin` on. Throws `file_fetch`. */
  read(begin: number, into: Uint8Array): void;
}

/** Workers of browsers have it, pages and Node lack it; TypeScript knows it from its library for workers alone. */
declare const FileReaderSync: (new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer }) | undefined;

/** What is read from a file at once: the core asks for a few rows of a matrix, and a call into the browser costs more. */
const kPiece = 1 << 20;

/**
 * Where the core takes weights from. A file stays one where this thread can wait for its pieces, else it is read as a
 * whole before. Throws `file_fetch`.
 */
export async function openWeights(weights: Uint8Array | Blob): Promise<WeightSource> {
  if (weights instanceof Uint8Array) return sourceOfBytes(weights);
  if (typeof FileReaderSync !== 'undefined') return sourceOfFile(weights, new FileReaderSync());
  try {
    return sourceOfBytes(new Uint8Array(await weights.arrayBuffer()));
  } catch (error) {
    throw unreadable(error);
  }
}

function sourceOfBytes(bytes: Uint8Array): WeightSource {
  return { size: bytes.length, read: (begin, into) => into.set(bytes.subarray(begin, begin + into.length)) };
}

function sourceOfFile(file: Blob, reader: { readAsArrayBuffer(blob: Blob): ArrayBuffer }): WeightSource {
  let first = 0;
  let piece = new Uint8Array();
  const load = (begin: number, count: number): void => {
    const end = Math.min(begin + Math.max(count, kPiece), file.size);
    try {
      piece = new Uint8Array(reader.readAsArrayBuffer(file.slice(begin, end)));
    } catch (error) {
      throw unreadable(error);
    }
    first = begin;
    if (piece.length !== end - begin) throw unreadable(`found ${piece.length} bytes from ${begin} to ${end}`);
  };
  return {
    size: file.size,
    read(begin, into) {
      if (begin < first || begin + into.length > first + piece.length) load(begin, into.length);
      into.set(piece.subarray(begin - first, begin - first + into.length));
    },
  };
}

function unreadable(error: unknown): AttentionError {
  const reason = error instanceof Error ? error.message : String(error);
  return new AttentionError('file_fetch', `model.safetensors: could not be read (${reason})`, { cause: error });
}
