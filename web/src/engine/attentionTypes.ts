import type { BooleanMask, Operand, Tensor } from './tensorTypes.ts';

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
