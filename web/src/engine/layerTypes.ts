/** The operators that are whole layers. Shapes are written slowest axis first; weights are (in, out). */
import type { AttentionResult } from './attentionTypes.ts';
import type { BooleanMask, Operand, OutOptions, Tensor } from './tensorTypes.ts';

/** What hides keys from queries in a layer. Mind that PyTorch's boolean masks say the opposite: True hides. */
export interface MaskOptions {
  /** Query i sees the keys j <= i. */
  causal?: boolean;
  /**
   * Boolean (`Uint8Array`, 1 = may attend) or additive (`Float32Array`); `(queries, keys)` or
   * `(batch * heads, queries, keys)`.
   */
  mask?: BooleanMask | Tensor;
  /** Which keys are no padding (1 = may attend): `(batch, keys)`, or `(keys)` without a batch. */
  key_padding_mask?: BooleanMask;
}

/** What a layer with a feed-forward part is told beside its masks. */
export interface LayerOptions extends OutOptions {
  n_heads: number;
  /** Norms before the parts instead of after the residual sums; default false. */
  norm_first?: boolean;
  /** Default `'relu'`; `'gelu'` by the error function. */
  activation?: 'relu' | 'gelu';
  /** Added to the variances; default 1e-5. */
  epsilon?: number;
}

type Weights<Required extends string, Array = Operand> = Record<Required, Array>;
type SelfAttentionWeights = 'w_qkv' | 'b_qkv' | 'w_o' | 'b_o';
type FeedForwardWeights = 'w_up' | 'b_up' | 'w_down' | 'b_down';

/**
 * Weights of an encoder layer of width d: `w_qkv` (d, 3 d) holds the maps to queries, keys and values beside each other;
 * `w_o` (d, d), `w_up` (d, d_mlp), `w_down` (d_mlp, d); the others are vectors.
 */
export type EncoderLayerWeights<Array = Operand> = Weights<
  SelfAttentionWeights | FeedForwardWeights | 'gain_1' | 'bias_1' | 'gain_2' | 'bias_2',
  Array
>;

/** PyTorch's src_mask and src_key_padding_mask are `mask` and `key_padding_mask`. Causal: default false. */
export interface EncoderLayerOptions extends LayerOptions, MaskOptions {}

/**
 * Weights of a decoder layer of width d: as an encoder layer's, and for the attention to the memory `w_cross_q` (d, d),
 * `w_cross_kv` (d, 2 d) with the maps to keys and values beside each other, `w_cross_o` (d, d) and their biases.
 */
export type DecoderLayerWeights<Array = Operand> = EncoderLayerWeights<Array> &
  Weights<
    'w_cross_q' | 'b_cross_q' | 'w_cross_kv' | 'b_cross_kv' | 'w_cross_o' | 'b_cross_o' | 'gain_3' | 'bias_3',
    Array
  >;

/** PyTorch's tgt_mask and tgt_key_padding_mask are `mask` and `key_padding_mask`. Causal: default true. */
export interface DecoderLayerOptions extends LayerOptions, MaskOptions {
  /** Like `mask`, for the attention to the memory: its keys are the memory's tokens. */
  memory_mask?: BooleanMask | Tensor;
  memory_key_padding_mask?: BooleanMask;
}

/**
 * Weights of multi-head attention of width d, whose keys are d_k and values d_v wide: `w_q` (d, d), `w_k` (d_k, g), `w_v`
 * (d_v, g), `w_o` (d, d), g being d, or `n_kv_heads * d_head`. The biases of q, k and v come together or not at all;
 * `bias_k` and `bias_v` (g), PyTorch's add_bias_kv, are one more key and value behind all others.
 */
export type MultiHeadWeights<Array = Operand> = Weights<'w_q' | 'w_k' | 'w_v' | 'w_o', Array> &
  Partial<Weights<'b_q' | 'b_k' | 'b_v' | 'b_o' | 'bias_k' | 'bias_v', Array>>;

export interface MultiHeadAttentionOptions extends MaskOptions, OutOptions {
  n_heads: number;
  /** Heads of keys and values, each shared by a group of queries; default `n_heads`, 1 is multi-query attention. */
  n_kv_heads?: number;
  /** One more key and value of zeros behind all others; default false. */
  add_zero_attn?: boolean;
  /** The pattern's mean over the heads, `(batch, queries, keys)`, as PyTorch's need_weights gives it; default false. */
  average_weights?: boolean;
  /** Whether the pattern is wanted (default). Without it, memory grows with the tokens, not with their square. */
  pattern?: boolean;
}

export interface LinearAttentionOptions extends OutOptions {
  /** Query i sees the keys j <= i; default false. */
  causal?: boolean;
  /** Whether the pattern that the output implies is wanted too; default false, for none stands otherwise. */
  pattern?: boolean;
}

/** Weights of `sharedHeadsAttention`: `w_q`, `w_k`, `w_v` (d_head, d_head), `w_o` (d_model, d_model), `b_o` (d_model). */
export type SharedHeadsWeights<Array = Operand> = Weights<'w_q' | 'w_k' | 'w_v' | 'w_o' | 'b_o', Array>;

export interface SharedHeadsOptions extends OutOptions {
  n_heads: number;
  /** 1 = may attend; up to four axes that broadcast to `(batch, heads, queries, keys)`. */
  mask?: BooleanMask;
}

/** Weights of `nonLocalBlock`: `g`, `theta`, `phi` (c, e), `w_z` (e, c), `w_f` (2 e); the kind says which of the last three. */
export type NonLocalWeights<Array = Operand> = Weights<'g' | 'w_z', Array> &
  Partial<Weights<'theta' | 'phi' | 'w_f', Array>>;

export interface NonLocalOptions {
  /**
   * The scoring of `variants()` without its `non_local_`; default `'embedded_gaussian'`. `'gaussian'` takes neither
   * `theta` nor `phi`, the others both; `'concatenation'` alone takes `w_f`.
   */
  kind?: 'embedded_gaussian' | 'gaussian' | 'dot_product' | 'concatenation';
  /** Name of a normalisation of `variants()`; default what the scoring is paired with. */
  normalisation?: string;
}

/** `output` `(n, c)`, `pattern` `(n, n)`, `y` `(n, e)`. */
export interface NonLocalResult {
  output: Tensor;
  pattern: Tensor;
  y: Tensor;
}

export interface LayerOperators {
  /**
   * Multi-head attention as PyTorch's `MultiheadAttention` in evaluation, batch first: `q` `(queries, d)` or
   * `(batch, queries, d)`, `k` `(.., keys, d_k)`, `v` `(.., keys, d_v)`; any array may be `q`, learned queries too. The
   * pattern is `(batch, heads, queries, keys)`, or without the batch that `q` has not. A query that sees nothing
   * attends to nothing (its output is `b_o`), where PyTorch gives NaN.
   */
  multiHeadAttention(
    q: Operand,
    k: Operand,
    v: Operand,
    weights: MultiHeadWeights,
    options: MultiHeadAttentionOptions & { out?: Tensor; pattern?: true },
  ): AttentionResult & { pattern: Tensor };
  multiHeadAttention(
    q: Operand,
    k: Operand,
    v: Operand,
    weights: MultiHeadWeights,
    options: MultiHeadAttentionOptions & { out?: Tensor },
  ): AttentionResult;
  multiHeadAttention(
    q: Operand,
    k: Operand,
    v: Operand,
    weights: MultiHeadWeights,
    options: MultiHeadAttentionOptions,
  ): AttentionResult<Operand>;
  /** An encoder layer as PyTorch's `TransformerEncoderLayer` in evaluation; x `(tokens, d)` or `(batch, tokens, d)`. */
  encoderLayer(x: Operand, weights: EncoderLayerWeights, options: EncoderLayerOptions & { out?: Tensor }): Tensor;
  encoderLayer(x: Operand, weights: EncoderLayerWeights, options: EncoderLayerOptions): Operand;
  /**
   * A decoder layer as PyTorch's `TransformerDecoderLayer` in evaluation: x `(tokens, d)` or `(batch, tokens, d)`, memory
   * `(keys, d)` or `(batch, keys, d)`.
   */
  decoderLayer(
    x: Operand,
    memory: Operand,
    weights: DecoderLayerWeights,
    options: DecoderLayerOptions & { out?: Tensor },
  ): Tensor;
  decoderLayer(x: Operand, memory: Operand, weights: DecoderLayerWeights, options: DecoderLayerOptions): Operand;
  /**
   * Linear attention with the features elu(x) + 1 (Katharopoulos et al. 2020): `(heads, tokens, d)`, or with a batch.
   * No pattern stands: cost and memory grow with the tokens, not with their square, unless the pattern is asked for.
   */
  linearAttention(
    q: Operand,
    k: Operand,
    v: Operand,
    options: LinearAttentionOptions & { out?: Tensor; pattern: true },
  ): AttentionResult & { pattern: Tensor };
  linearAttention(
    q: Operand,
    k: Operand,
    v: Operand,
    options?: LinearAttentionOptions & { out?: Tensor },
  ): AttentionResult;
  linearAttention(q: Operand, k: Operand, v: Operand, options?: LinearAttentionOptions): AttentionResult<Operand>;
  /**
   * Multi-head attention as many tutorials print it, number for number: one small map without bias serves all heads,
   * hidden scores become -1e20, and only then are scores divided by sqrt(d_model), not sqrt(d_head). A query that sees
   * nothing attends evenly to everything. `q` `(queries, d_model)` or `(batch, queries, d_model)`, `k` and `v` alike.
   */
  sharedHeadsAttention(
    q: Operand,
    k: Operand,
    v: Operand,
    weights: SharedHeadsWeights,
    options: SharedHeadsOptions & { out?: Tensor },
  ): AttentionResult & { pattern: Tensor };
  sharedHeadsAttention(
    q: Operand,
    k: Operand,
    v: Operand,
    weights: SharedHeadsWeights,
    options: SharedHeadsOptions,
  ): AttentionResult<Operand> & { pattern: Tensor };
  /**
   * A non-local block (Wang et al. 2018, sections 3.1 to 3.3) on `x` `(n, c)`, n up to 4096: `y = p (x g)` with the
   * pattern `p` of the kind, `output = x + y w_z`.
   */
  nonLocalBlock(x: Operand, weights: NonLocalWeights, options?: NonLocalOptions): NonLocalResult;
}

/** The same on plain data; results are fresh. */
export interface WorkerLayerOperators {
  multiHeadAttention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    weights: MultiHeadWeights<Tensor>,
    options: Omit<MultiHeadAttentionOptions, 'out'> & { pattern?: true },
  ): Promise<AttentionResult & { pattern: Tensor }>;
  multiHeadAttention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    weights: MultiHeadWeights<Tensor>,
    options: Omit<MultiHeadAttentionOptions, 'out'>,
  ): Promise<AttentionResult>;
  encoderLayer(
    x: Tensor,
    weights: EncoderLayerWeights<Tensor>,
    options: Omit<EncoderLayerOptions, 'out'>,
  ): Promise<Tensor>;
  decoderLayer(
    x: Tensor,
    memory: Tensor,
    weights: DecoderLayerWeights<Tensor>,
    options: Omit<DecoderLayerOptions, 'out'>,
  ): Promise<Tensor>;
  linearAttention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    options: Omit<LinearAttentionOptions, 'out'> & { pattern: true },
  ): Promise<AttentionResult & { pattern: Tensor }>;
  linearAttention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    options?: Omit<LinearAttentionOptions, 'out'>,
  ): Promise<AttentionResult>;
  sharedHeadsAttention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    weights: SharedHeadsWeights<Tensor>,
    options: Omit<SharedHeadsOptions, 'out'>,
  ): Promise<AttentionResult & { pattern: Tensor }>;
  nonLocalBlock(x: Tensor, weights: NonLocalWeights<Tensor>, options?: NonLocalOptions): Promise<NonLocalResult>;
}
