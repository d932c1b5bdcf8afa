/**
 * What can go wrong on this side of the module. The C++ core adds its own codes (`core/tensor/error.hpp`);
 * match on `code`, never on the message.
 */
export const engineErrorCodes = [
  'engine_unsupported', // this browser refuses the module: no WebAssembly SIMD, or a content policy without 'wasm-unsafe-eval'
  'engine_broken', // an earlier call trapped; ask `init` for a fresh engine
  'engine_restarted', // the worker was replaced while this call was waiting
  'engine_busy', // a call from inside an edit callback
  'disposed', // the engine or model was disposed, or went down with a restarted worker
  'view_expired', // a lent view was used after its callback had returned
  'option_unknown', // an option of a name that the call does not know
  'argument_type', // a value of the wrong kind
  'file_missing', // a model's folder lacks a file, or answers with a web page in its place
  'file_fetch', // the network or the server failed, or a file could not be read
  'tokenizer_invalid', // tokenizer.json cannot be used, or does not belong to the model
  'reference_invalid', // reference.json cannot be read
  'text_empty', // no text, and the tokenizer has no start token
  'text_too_long', // more characters than are tokenised at all, or than this tokenizer takes
  'array_invalid', // a file of arrays that breaks its format, or arrays that do not go together
  'array_dtype', // an array of something else than numbers or texts
  'array_size', // a file that would unfold to more memory than is allowed
  'array_missing', // a file without the array that is asked for
  'text_unknown', // a character that the vocabulary lacks, and no unknown token to stand for it
] as const;

export type EngineErrorCode = (typeof engineErrorCodes)[number];

/** Every error that the engine throws on purpose. Cancelling rejects with the signal's own reason instead. */
export class AttentionError extends Error {
  readonly code: string;

  constructor(code: EngineErrorCode | (string & {}), message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AttentionError';
    this.code = code;
  }
}

/** An error as plain data, to cross from a worker. */
export interface PlainError {
  code: string;
  message: string;
  name: string;
}

export function toPlainError(error: unknown): PlainError {
  if (error instanceof AttentionError) {
    return { code: error.code, message: error.message, name: error.name };
  }
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return { code: '', message, name };
}

export function fromPlainError({ code, message, name }: PlainError): Error {
  if (code) return new AttentionError(code, message);
  return Object.assign(new Error(message), { name });
}

/** Throws `argument_type` for options that are no object, `option_unknown` for a key that is not in `known`. */
export function checkOptions(call: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new AttentionError('argument_type', `${call}: found ${String(options)}, expected options`);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new AttentionError(
        'option_unknown',
        `${call}: unknown option "${key}", expected one of ${known.join(', ')}`,
      );
    }
  }
}
