/// <reference lib="esnext.disposable" preserve="true" />
/** Arrays as they cross the engine's door. */

/** An array of any rank; `data` is yours (a copy), row-major, of length `product(shape)`. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Which keys a query may attend to: `(queries, keys)`, 1 = may attend. Cells outside it follow the model's own structure. */
export interface BooleanMask {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** An array that stays in the engine's memory between calls, to spare copying it in and out. */
export interface Held {
  readonly shape: readonly number[];
  /** A copy. */
  read(): Tensor;
  /** Replaces its numbers; their count stays. Throws `argument_shape`. */
  write(data: Float32Array): void;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** What an operator takes: plain data, or an array that is held already. */
export type Operand = Tensor | Held;

export interface OutOptions {
  /**
   * Where the result goes: a tensor whose `data` has as many numbers, or a held array, which takes the result's shape.
   * It is what the call returns. Default: a fresh tensor.
   */
  out?: Operand;
}
