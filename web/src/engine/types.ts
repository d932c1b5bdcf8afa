/** Plain data that crosses the engine's door. Shapes are written slowest axis first. */
import type { AttentionOptions, AttentionResult } from './attentionTypes.ts';
import type { ImageOperators, WorkerImageOperators } from './imageTypes.ts';
import type { InterpretationOperators, WorkerInterpretationOperators } from './interpretationTypes.ts';
import type { LayerOperators, WorkerLayerOperators } from './layerTypes.ts';
import type { LoadOptions, Model, ModelSource, WorkerModel } from './modelTypes.ts';
import type { PositionFunctions, RotaryEmbeddingOptions } from './positionTypes.ts';
import type { SmoothingOperators, WorkerSmoothingOperators } from './smoothingTypes.ts';
import type { Encoding, ImageFilter, SmoothingKernel, Variant } from './tables.ts';
import type { Held, Operand, OutOptions, Tensor } from './tensorTypes.ts';

export type * from './attentionTypes.ts';
export type * from './imageTypes.ts';
export type * from './interpretationTypes.ts';
export type * from './layerTypes.ts';
export type * from './modelTypes.ts';
export type * from './positionTypes.ts';
export type * from './smoothingTypes.ts';
export type * from './tables.ts';
export type * from './tensorTypes.ts';

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
