/** What recorded patterns tell: those of a run's `blocks.{l}.attn.pattern`, stacked where layers are asked for. */
import type { Tensor } from './tensorTypes.ts';

export interface RolloutOptions {
  /** Share of a token that passes a layer unchanged, in [0, 1]; default 0.5. */
  residual?: number;
}

export interface FlowOptions extends RolloutOptions {
  /** Brings rows to the sum 1; default false. */
  normalise?: boolean;
}

/**
 * A pattern is `(heads, queries, keys)` or `(layers, heads, queries, keys)`, layers in the order of the forward pass.
 * Weights that are negative or not finite are refused.
 */
export interface InterpretationOperators {
  /** The mean over the heads: `(queries, keys)` or `(layers, queries, keys)`. */
  meanOverHeads(pattern: Tensor): Tensor;
  /**
   * Attention rollout (Abnar and Zuidema 2020) of `(layers, heads, tokens, tokens)`: `(layers, tokens, tokens)`, row i of
   * a layer the shares of the input tokens in token i behind it. Rows sum to 1.
   */
  attentionRollout(patterns: Tensor, options?: RolloutOptions): Tensor;
  /**
   * Attention flow (Abnar and Zuidema 2020) of `(layers, heads, tokens, tokens)`: `(tokens, tokens)`, the largest flow
   * from each token behind the last layer to each input token, patterns being capacities. Its cost grows with
   * `layers * tokens^4`, which may be at most 2^27 (12 layers of 57 tokens): some seconds.
   */
  attentionFlow(patterns: Tensor, options?: FlowOptions): Tensor;
  /** Mean entropy of a head's rows in nats, `(heads)` or `(layers, heads)`: 0 for one key, ln n for n evenly. */
  headEntropy(pattern: Tensor): Tensor;
  /** Mean distance in tokens between query and key under a head's weights, `(heads)` or `(layers, heads)`. */
  headDistance(pattern: Tensor): Tensor;
}

/** The same in a worker. */
export type WorkerInterpretationOperators = {
  [Name in keyof InterpretationOperators]: (...args: Parameters<InterpretationOperators[Name]>) => Promise<Tensor>;
};
