import type { Operand, OutOptions, Tensor } from './tensorTypes.ts';

/** What the engine says of positional encodings beside the rows of their table. */

/**
 * `positions.sinusoidal(tokens, d)` gives a `(tokens, d)` table, `positions.alibi(tokens, heads)` a `(heads, tokens, tokens)`
 * one; one function per row of the C++ table but `none`. Rows of kind `biased` take the number of heads for `width`, rows
 * that are not tabulated a trained `weight` of the axes that they name.
 */
export type PositionFunctions<Weight = Operand> = Record<
  string,
  (tokens: number, width: number, params?: Record<string, number>, weight?: Weight) => Tensor
>;

export interface RotaryEmbeddingOptions extends OutOptions {
  /** With it `x` is `(batch, tokens, heads * d_head)`. */
  num_heads?: number;
  /** Of each head only the first so many components turn; 0 (default) is all of them. */
  rotary_embedding_dim?: number;
  /** Pairs of neighbours `(2i, 2i + 1)` turn; default are pairs by halves `(i, i + width / 2)`. 1 and 0 say the same. */
  interleaved?: boolean | 0 | 1;
  /** A row of the caches for every token, `(batch, tokens)` in one list; without it the caches follow the tokens. */
  position_ids?: readonly number[];
}
