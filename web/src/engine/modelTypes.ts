import type { BooleanMask, Tensor } from './tensorTypes.ts';

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
 * (GPT-2) or vocab.txt (BERT). A checkpoint of llama2.c, the URL of a `.bin` or chosen files, has its tokenizer.bin beside it.
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
