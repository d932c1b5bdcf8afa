/// <reference lib="esnext.disposable" preserve="true" />
/** Plain data that crosses the engine's door. Shapes are written slowest axis first. */
import type { ImageOperators, WorkerImageOperators } from './imageTypes.ts';
import type { InterpretationOperators, WorkerInterpretationOperators } from './interpretationTypes.ts';
import type { LayerOperators, WorkerLayerOperators } from './layerTypes.ts';
import type { LoadOptions, Model, ModelSource, WorkerModel } from './modelTypes.ts';
import type { PositionFunctions, RotaryEmbeddingOptions } from './positionTypes.ts';
import type { SmoothingOperators, WorkerSmoothingOperators } from './smoothingTypes.ts';
import type { Encoding, ImageFilter, SmoothingKernel, Variant } from './tables.ts';

export type * from './imageTypes.ts';
export type * from './interpretationTypes.ts';
export type * from './layerTypes.ts';
export type * from './modelTypes.ts';
export type * from './positionTypes.ts';
export type * from './smoothingTypes.ts';
export type * from './tables.ts';

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

/**
 * Options of the bare operator. With scaled dot products and softmax it is the ONNX operator `Attention` (opset 24),
 * whose names the options in snake case bear.
 */
export interface AttentionOptions {
  /** Name of a scoring of `variants()`; default `'scaled_dot_product'`. */
  scoring?: string;
  /** Name of a normalisation; default what the scoring is paired with. */
  normalisation?: string;
  /** Name of a structure; `causal: true` is short for `structure: 'causal'`. Default `'bidirectional'`. */
  structure?: string;
  causal?: boolean;
  /** Numbers for the parameters of the three rows, by name; those not given are the rows' own. */
  params?: Record<string, number>;
  /** The scoring's weights, by name, shared by all heads. */
  weights?: Record<string, Operand>;
  /** Factor on the scores; default the scoring's own, `1 / sqrt(d_head)` for scaled dot products. */
  scale?: number;
  /** `c * tanh(score / c)` before the mask; 0 (default) is off. */
  softcap?: number;
  /**
   * Boolean (`Uint8Array`, 1 = may attend) or additive (`Float32Array`); up to four axes that broadcast to
   * `(batch, heads, queries, keys)`. A last axis shorter than the keys hides the rest.
   */
  mask?: BooleanMask | Tensor;
  /** Whether the pattern is wanted (default). Without it, memory grows with the tokens, not with their square. */
  pattern?: boolean;
  /** With one of the two, arrays of three axes are `(batch, tokens, heads * width)`. */
  q_num_heads?: number;
  kv_num_heads?: number;
  /** Keys and values before these, `(batch, key heads, past, width)`; the result has them joined. */
  past_key?: Operand;
  past_value?: Operand;
  /** How many keys of each sequence are no padding. */
  nonpad_kv_seqlen?: readonly number[];
  /** Asks for `qk_matmul_output`: the scores scaled (0), capped (1), masked (2), or normalised (3). */
  qk_matmul_output_mode?: 0 | 1 | 2 | 3;
  /** Where the output goes, see `OutOptions`. */
  out?: Operand;
}

/**
 * `output` `(heads, queries, d_head)` and, unless it was not wanted, `pattern` `(heads, queries, keys)`, with a leading
 * batch if `q` had one; the others where they were asked for.
 */
export interface AttentionResult<Output = Tensor> {
  output: Output;
  pattern?: Tensor;
  present_key?: Tensor;
  present_value?: Tensor;
  qk_matmul_output?: Tensor;
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

export interface SoftmaxOptions extends OutOptions {
  /** Counted from the end if negative; default -1, the last. */
  axis?: number;
}

export interface LayerNormOptions extends OutOptions {
  /** A row is all axes from this one on; counted from the end if negative; default -1, the last axis alone. */
  axis?: number;
  /** Added to the variance; default 1e-5. */
  epsilon?: number;
}

export interface GeluOptions extends OutOptions {
  /** `'none'` (default): by the error function; `'tanh'`: the approximation that GPT-2 uses. */
  approximate?: 'none' | 'tanh';
}

/** A call gives a fresh tensor, or the very tensor or held array that was given as `out`. */
export interface Operators extends LayerOperators, InterpretationOperators, SmoothingOperators, ImageOperators {
  /** `softmax(scale q k^T + mask) v`, as the ONNX operator `Attention` defines it. */
  attention(
    q: Operand,
    k: Operand,
    v: Operand,
    options?: AttentionOptions & { out?: Tensor; pattern?: true },
  ): AttentionResult & { pattern: Tensor };
  attention(q: Operand, k: Operand, v: Operand, options?: AttentionOptions & { out?: Tensor }): AttentionResult;
  attention(q: Operand, k: Operand, v: Operand, options?: AttentionOptions): AttentionResult<Operand>;
  /** `a b`: `(..., n, k)` times `(k, m)`. A held `b` is laid out for the product once, until it is written. */
  matmul(a: Operand, b: Operand, options?: OutOptions & { out?: Tensor }): Tensor;
  matmul(a: Operand, b: Operand, options?: OutOptions): Operand;
  /** Softmax over an axis. */
  softmax(x: Operand, options?: SoftmaxOptions & { out?: Tensor }): Tensor;
  softmax(x: Operand, options?: SoftmaxOptions): Operand;
  /** The logarithm of softmax over an axis. */
  logSoftmax(x: Operand, options?: SoftmaxOptions & { out?: Tensor }): Tensor;
  logSoftmax(x: Operand, options?: SoftmaxOptions): Operand;
  /** Every row over its root mean square, times `gain` of a row's shape. */
  rmsNorm(x: Operand, gain: Operand, options?: LayerNormOptions & { out?: Tensor }): Tensor;
  rmsNorm(x: Operand, gain: Operand, options?: LayerNormOptions): Operand;
  /** Layer norm of every row, with `gain` and `bias` of a row's shape. */
  layerNorm(x: Operand, gain: Operand, bias: Operand, options?: LayerNormOptions & { out?: Tensor }): Tensor;
  layerNorm(x: Operand, gain: Operand, bias: Operand, options?: LayerNormOptions): Operand;
  /** GELU of every number. */
  gelu(x: Operand, options?: GeluOptions & { out?: Tensor }): Tensor;
  gelu(x: Operand, options?: GeluOptions): Operand;
  /**
   * `x` with the pairs of every head turned by its token's angles, as the ONNX operator `RotaryEmbedding` (opset 23): `x`
   * `(batch, heads, tokens, d_head)`, `(heads, tokens, d_head)` or, with `num_heads`, `(batch, tokens, heads * d_head)`;
   * caches `(positions, width / 2)` with `position_ids`, else `(batch, tokens, width / 2)` or `(tokens, width / 2)`.
   */
  rotaryEmbedding(
    x: Operand,
    cos_cache: Operand,
    sin_cache: Operand,
    options?: RotaryEmbeddingOptions & { out?: Tensor },
  ): Tensor;
  rotaryEmbedding(x: Operand, cos_cache: Operand, sin_cache: Operand, options?: RotaryEmbeddingOptions): Operand;
}

export type Build = 'simd' | 'relaxed-simd';

export interface InitOptions {
  worker?: boolean;
  /** Default: the relaxed build where the engine compiles it, else the plain one. */
  build?: Build;
  wasmUrl?: string | URL;
  wasmBinary?: BufferSource;
  /** With `worker`: replace a worker that says nothing for so many milliseconds while a call waits; 0 (default) never. */
  timeout?: number;
}

export interface Engine extends Operators {
  readonly build: Build;
  readonly positions: PositionFunctions;
  variants(): Variant[];
  encodings(): Encoding[];
  smoothingKernels(): SmoothingKernel[];
  imageFilters(): ImageFilter[];
  /** Copies an array into the engine's memory, where it stays until it is disposed. */
  hold(tensor: Tensor): Held;
  loadModel(source: ModelSource, options?: LoadOptions): Promise<Model>;
  dispose(): void;
}

type Promised<F> = F extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;

export interface WorkerEngine
  extends WorkerLayerOperators, WorkerInterpretationOperators, WorkerSmoothingOperators, WorkerImageOperators {
  readonly build: Build;
  readonly positions: Record<string, Promised<PositionFunctions<Tensor>[string]>>;
  variants(): Promise<Variant[]>;
  encodings(): Promise<Encoding[]>;
  smoothingKernels(): Promise<SmoothingKernel[]>;
  imageFilters(): Promise<ImageFilter[]>;
  /** The operators of `Engine` on plain data; results are fresh. */
  attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    options?: Omit<AttentionOptions, 'out'> & { pattern?: true },
  ): Promise<AttentionResult & { pattern: Tensor }>;
  attention(q: Tensor, k: Tensor, v: Tensor, options?: Omit<AttentionOptions, 'out'>): Promise<AttentionResult>;
  matmul(a: Tensor, b: Tensor): Promise<Tensor>;
  softmax(x: Tensor, options?: Omit<SoftmaxOptions, 'out'>): Promise<Tensor>;
  logSoftmax(x: Tensor, options?: Omit<SoftmaxOptions, 'out'>): Promise<Tensor>;
  rmsNorm(x: Tensor, gain: Tensor, options?: Omit<LayerNormOptions, 'out'>): Promise<Tensor>;
  layerNorm(x: Tensor, gain: Tensor, bias: Tensor, options?: Omit<LayerNormOptions, 'out'>): Promise<Tensor>;
  gelu(x: Tensor, options?: Omit<GeluOptions, 'out'>): Promise<Tensor>;
  rotaryEmbedding(
    x: Tensor,
    cos_cache: Tensor,
    sin_cache: Tensor,
    options?: Omit<RotaryEmbeddingOptions, 'out'>,
  ): Promise<Tensor>;
  loadModel(source: ModelSource, options?: LoadOptions): Promise<WorkerModel>;
  /** Called after a trap or exhausted memory: the worker was replaced, models opened before throw `disposed`. */
  onRestart?: (reason: string) => void;
  dispose(): void;
}
