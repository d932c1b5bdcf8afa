/** The module's bindings as this engine uses them; `instantiate.ts` checks them against the generated declarations. */
import type {
  BooleanMask,
  Encoding,
  HeadKind,
  ImageFilter,
  ImageSize,
  SmoothingKernel,
  Tensor,
  Variant,
} from './types.ts';
import type { WeightSource } from './weightSource.ts';

export type EditKind = 'set' | 'scale' | 'mask' | 'call';

/** An edit at one exactly named station; head -1 is all heads. */
export interface NativeEdit {
  at: string;
  head: number;
  kind: EditKind;
  value?: number;
  mask?: BooleanMask;
  call?: (view: Float32Array, shape: number[]) => void;
}

export interface NativeInfo {
  family: string;
  head: HeadKind;
  causal: boolean;
  n_layers: number;
  n_encoder_layers: number;
  n_heads: number;
  n_kv_heads: number;
  d_model: number;
  d_head: number;
  d_mlp: number;
  n_ctx: number;
  vocab_size: number;
  outputs: number;
  n_segments: number;
  image: ImageSize | null;
  parameters: number;
  weight_bytes: number;
  stations: string[];
}

/** What a run reads beside its tokens; empty where the family has no such thing. */
export interface NativeInput {
  ids: Int32Array;
  segments: Int32Array;
  source: Int32Array;
  padding: number;
  image: Tensor | undefined;
}

export interface NativeRun {
  logits: Tensor;
  probs: Tensor;
  activations: Record<string, Tensor>;
}

export interface Sampling {
  temperature: number;
  topK: number;
  topP: number;
  seed: number;
}

/** An object of the module's that JavaScript owns. */
export interface NativeHandle {
  delete(): void;
}

export interface NativeArray extends NativeHandle {
  /** Takes another shape; gives the address. */
  resize(rank: number, a: number, b: number, c: number, d: number): number;
  shape(): number[];
  /** Where in `HEAPF32` its numbers begin, in bytes; any later call may move them. */
  address(): number;
}

export interface NativeModel extends NativeHandle {
  info(): NativeInfo;
  run(
    ids: Int32Array,
    options: Omit<NativeInput, 'ids'> & { record: string[]; edits: NativeEdit[]; lastOnly: boolean },
  ): NativeRun;
  begin(ids: Int32Array, source: Int32Array, sampling: Sampling, edits: NativeEdit[]): number;
  step(handle: number): { id: number; probability: number };
  end(handle: number): void;
}

/** Ways to fail on purpose, for tests of recovery. */
export type FailureKind = 'abort' | 'trap' | 'stack' | 'exception' | 'memory';

/** The less usual options of attention; arrays in the rows' order. */
export interface NativeAttention {
  scoring: string;
  /** '' = what the scoring is paired with. */
  normalisation: string;
  weights: NativeArray[];
  /** 0 = not given, both. */
  q_num_heads: number;
  kv_num_heads: number;
  /** past_key and past_value, or neither. */
  past: NativeArray[];
  nonpad_kv_seqlen: readonly number[];
  qk_matmul_output_mode: number;
  /** present_key, present_value, qk_matmul_output; null where not asked for. */
  wanted: (NativeArray | null)[];
}

export interface NativeModule {
  /** The module's memory; another view once it has grown. */
  readonly HEAPF32: Float32Array;
  Array: { make(): NativeArray | null };
  attention(
    q: NativeArray,
    k: NativeArray,
    v: NativeArray,
    structure: string,
    params: Record<string, number> | undefined,
    /** 0 = the scoring's own. */
    scale: number,
    softcap: number,
    mask: BooleanMask | Tensor | undefined,
    more: NativeAttention | undefined,
    output: NativeArray,
    pattern: NativeArray,
    wantsPattern: boolean,
  ): void;
  matmul(a: NativeArray, b: NativeArray, out: NativeArray): void;
  softmax(x: NativeArray, out: NativeArray, axis: number): void;
  /** The operators of wasm/operators.cpp: arrays and numbers in the order of their headers' arguments. */
  operate(
    name: string,
    inputs: (NativeArray | null)[],
    numbers: readonly number[],
    outputs: (NativeArray | null)[],
  ): void;
  layerNorm(
    x: NativeArray,
    gain: NativeArray,
    bias: NativeArray,
    epsilon: number,
    out: NativeArray,
    axis: number,
  ): void;
  gelu(x: NativeArray, tanh: boolean, out: NativeArray): void;
  /** At least `count` multiply-adds and nothing else, to be timed; see core/kernels/peak.hpp. */
  peak(count: number, many: boolean): number;
  variants(): Variant[];
  encodings(): Encoding[];
  smoothingKernels(): SmoothingKernel[];
  errorCodes(): string[];
  encodingTable(
    name: string,
    tokens: number,
    width: number,
    params: Record<string, number>,
    /** The trained weight, or none. */
    weights: NativeArray[],
    out: NativeArray,
  ): void;
  imageFilters(): ImageFilter[];
  imageFilter(
    filter: string,
    params: Record<string, number> | undefined,
    image: NativeArray,
    firstRow: number,
    /** 0 = the rest. */
    rows: number,
    out: NativeArray,
  ): void;
  filterWeights(
    filter: string,
    params: Record<string, number> | undefined,
    image: NativeArray,
    row: number,
    column: number,
    /** distances, weights, sum, value. */
    outputs: NativeArray[],
  ): void;
  /** Inputs x, g, w_z and, or null, theta, phi, w_f; outputs output, pattern, y. Normalisation '' = the kind's own. */
  nonLocalBlock(kind: string, normalisation: string, inputs: (NativeArray | null)[], outputs: NativeArray[]): void;
  liveModels(): number;
  fail(kind: FailureKind): void;
  Model: { load(config: string, weights: WeightSource, asBytes: boolean): NativeModel | null };
}
