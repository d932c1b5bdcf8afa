/// <reference lib="esnext.disposable" preserve="true" />
/** Plain data that crosses the engine's door. Shapes are written slowest axis first. */
import type { ImageOperators, WorkerImageOperators } from './imageTypes.ts';
import type { InterpretationOperators, WorkerInterpretationOperators } from './interpretationTypes.ts';
import type { LayerOperators, WorkerLayerOperators } from './layerTypes.ts';
import type { PositionFunctions, RotaryEmbeddingOptions } from './positionTypes.ts';
import type { SmoothingOperators, WorkerSmoothingOperators } from './smoothingTypes.ts';
import type { Encoding, ImageFilter, SmoothingKernel, Variant } from './tables.ts';

export type * from './imageTypes.ts';
export type * from './interpretationTypes.ts';
export type * from './layerTypes.ts';
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

/**
 * A change at a station, as data. Exactly one of `set`, `scale`, `mask`.
 * `at` is a station name, `*` standing for any layer: `blocks.*.attn.scores`.
 */
export interface Edit {
  at: string;
  /** Only this head (stations under `attn.` and `cross.` only). */
  head?: number;
  /** Every element becomes this number. */
  set?: number;
  /** Every element is multiplied by this number. */
  scale?: number;
  /** At `attn.scores` and `cross.scores` only: replaces the structure's mask (causal) cell by cell. */
  mask?: BooleanMask;
}

/** What an edit callback is lent: a view of wasm memory that dies when the callback returns. */
export interface StationView {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** The view of one head (first axis). */
  head(index: number): StationView;
  fill(value: number): StationView;
}

export interface RunOptions {
  /** Station names to record; `*` stands for any layer. */
  record?: string[];
  edits?: Edit[];
  /** `'all'` (default): logits `(tokens, vocab)`; `'last'`: `(1, vocab)`, cheaper. */
  logits?: 'all' | 'last';
}

/** Options of a synchronous run: callbacks are possible on the same thread only. */
export interface SyncRunOptions extends RunOptions {
  edit?: Record<string, (view: StationView) => void>;
}

/** A text with what some families read beside it. */
export interface TextInput {
  text: string;
  /** A second text behind the first, of token type 1 (models with `n_segments` above 1). */
  pair?: string;
  /** What the decoder has written so far (models with `n_encoder_layers`); default nothing. */
  target?: string;
  /** Tokens that the encoder reads in all: padding fills the rest, which no query sees. Encoders only. */
  padTo?: number;
}

/** Pixels as a canvas gives them: red, green, blue, alpha from 0 to 255, row by row. `ImageData` is one. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** An image: `(channels, height, width)` as the model reads it, or pixels, which `preprocessor_config.json` prepares. */
export interface ImageInput {
  image: Tensor | Pixels;
}

/** What a model reads: a text, or what its family asks for. */
export type ModelInput = string | TextInput | ImageInput;

/** The tokens of an encoder beside a decoder. */
export type SourceTokens = Pick<Encoded, 'ids' | 'tokens' | 'unknown' | 'total'>;

/** Text as a model sees it. */
export interface Encoded {
  /** The tokens that are used: if the text is longer than `n_ctx`, its start token (if any) and the last that fit. */
  ids: Int32Array;
  /**
   * The piece of text of each id, as it stands in the visitor's text (unknown pieces too). A character that several tokens
   * share stands with the first of them; the others say which of its bytes they are: `'你'`, `'⟨BD⟩'`, `'⟨A0⟩'`.
   */
  tokens: string[];
  /** Positions in `ids` whose piece the vocabulary lacks. */
  unknown: number[];
  /** Tokens of the whole text; `total - ids.length` were left out, the first ones after the start token. */
  total: number;
  /** What the encoder reads; `ids` and `tokens` are then those of the decoder, its start token first. */
  source?: SourceTokens;
  /** The type of each token, where a model has several. */
  segments?: Int32Array;
  /** Tokens of padding at the end of `source.ids`, or of `ids`; none where it is missing. */
  padding?: number;
}

export interface Run extends Encoded {
  /** The text that was read; of an image, ''. */
  text: string;
  /** `(tokens, outputs)`, `(1, outputs)` of a class token, or `(tokens, 0)` of a model without a head. */
  logits: Tensor;
  /** Softmax of the last row of logits: what comes next, or the probability of each label. */
  probs: Tensor;
  activations: Record<string, Tensor>;
  /** Time of the forward pass alone, in milliseconds. */
  milliseconds: number;
}

export interface GenerateOptions {
  /** Tokens to produce, default 40. */
  maxTokens?: number;
  /** 0 is greedy; default 1. */
  temperature?: number;
  /** Keep the k likeliest; 0 (default) keeps all. */
  topK?: number;
  /** Keep the likeliest whose probabilities reach p; 1 (default) keeps all. */
  topP?: number;
  /** The same seed, text and build give the same tokens in every engine; default 0. */
  seed?: number;
  /** Stop after a token that holds this text. */
  stop?: string;
  edits?: Edit[];
  signal?: AbortSignal;
}

export interface Step {
  id: number;
  /** The piece of text that this token adds, with its space where the tokenizer puts one. */
  token: string;
  /** The prompt and everything generated so far; beside an encoder, what was written alone. */
  text: string;
  /** The token's share of the distribution it was drawn from, in [0, 1]. */
  probability: number;
  milliseconds: number;
}

/** An example sentence that a model folder offers (key `attention_playground` of its `config.json`). */
export interface Example {
  text: string;
  lang: string;
  phenomenon?: string;
}

/** What logits stand for: nothing, the next token, a token that was masked, a label of all, a label of each token. */
export type HeadKind = 'none' | 'next_token' | 'masked_token' | 'sequence' | 'token';

/** Square images in pixels, and the square patches that they are cut into. */
export interface ImageSize {
  side: number;
  patch: number;
  channels: number;
}

export interface ModelInfo {
  family: string;
  head: HeadKind;
  /** A token sees those before it alone. */
  causal: boolean;
  title: Record<string, string>;
  examples: Example[];
  /** Blocks of the only stack, or of the decoder. */
  n_layers: number;
  /** Blocks of the encoder beside a decoder; 0 where there is none. */
  n_encoder_layers: number;
  n_heads: number;
  /** Heads of keys and values (stations `attn.k` and `attn.v`), each shared by a group of `n_heads / n_kv_heads`. */
  n_kv_heads: number;
  d_model: number;
  /** Width of a head; `n_heads * d_head` need not be `d_model`. */
  d_head: number;
  d_mlp: number;
  n_ctx: number;
  vocab_size: number;
  /** Numbers in a row of logits. */
  outputs: number;
  /** Names of the labels that a classifier tells apart, from `id2label`; else none. */
  labels: string[];
  /** Token types; 0 where there are none. */
  n_segments: number;
  /** What it reads in the place of text, or null. */
  image: ImageSize | null;
  parameters: number;
  /** Memory that the weights take. */
  weight_bytes: number;
  /** Every station name, in the order of the forward pass. */
  stations: string[];
  /**
   * The piece of text of every id; bytes that are no whole character as `'⟨E4 BD⟩'`. Of a model that reads images, none.
   */
  vocabulary: string[];
}

/** The files of a Hugging Face folder. Weights given as a Blob (a chosen file, say) are read while they are laid out. */
export interface ModelFiles {
  config: string;
  weights: Uint8Array | Blob;
  /** Models that read images have none. */
  tokenizer?: string;
  /** preprocessor_config.json: how a model of images wants its pixels. */
  preprocessor?: string;
  /** reference.json: numbers that another program computed with this model. */
  reference?: string;
}

/**
 * The URL of a folder (`huggingFaceUrl` makes one of the hub), its files from a chooser or a drop, or what was read of them.
 * A folder holds config.json, model.safetensors and tokenizer.json, or in place of the last vocab.json with merges.txt
 * (GPT-2) or vocab.txt (BERT). Files may also be a checkpoint of llama2.c, a `.bin`, beside its tokenizer.bin.
 */
export type ModelSource = string | URL | FileList | readonly File[] | ModelFiles;

export interface LoadOptions {
  /** Bytes so far and in all (`total` is 0 while unknown). */
  onProgress?: (loaded: number, total: number) => void;
  signal?: AbortSignal;
  /**
   * `'int8'`: keep the matrices as bytes, with a scale for each output: a quarter of F32's memory, and faster to generate
   * with; activations stay float. Default: each matrix as the file has it (F32, F16, BF16 or I8).
   */
  quantize?: 'int8';
}

/** What both kinds of `Model` know without computing. */
interface ModelBase {
  readonly info: ModelInfo;
  /** Continues a text, or writes what a source asks for. Throws `argument_range` for a model that foretells no token. */
  generate(input: string | TextInput, options?: GenerateOptions): AsyncIterableIterator<Step>;
  dispose(): void;
  [Symbol.dispose](): void;
}

export interface Model extends ModelBase {
  encode(input: ModelInput): Encoded;
  run(input: ModelInput, options?: SyncRunOptions): Run;
}

export interface WorkerModel extends ModelBase {
  encode(input: ModelInput): Promise<Encoded>;
  run(input: ModelInput, options?: RunOptions): Promise<Run>;
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
