/** Rows of the C++ tables as they come out of the module. */

/** A number that a row of a C++ table takes, with its range and meaning. */
export interface Parameter {
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly standard: number;
  readonly meaning: string;
  readonly meaning_zh: string;
  readonly whole: boolean;
}

/** What every row of a C++ table says of itself. `formula` is TeX, `reference` a paper and its section. */
export interface Facts {
  readonly name: string;
  readonly label: string;
  readonly label_zh: string;
  readonly formula: string;
  readonly reference: string;
  /** The function of the core that computes it; empty where there is nothing to compute. */
  readonly function: string;
  readonly params: readonly Parameter[];
}

/** A length of a weight's axis: `times` the length of that name; `d_q` and `d_k` are the widths of queries and keys. */
export interface WeightAxis {
  readonly length: string;
  readonly times: number;
}

/** How alike a query and a key are. */
export interface Scoring extends Facts {
  readonly axis: 'scoring';
  readonly weights: readonly { readonly name: string; readonly axes: readonly WeightAxis[] }[];
  /** The normalisation that the reference pairs it with. */
  readonly normalisation: string;
}

/** How scores become weights. */
export interface Normalisation extends Facts {
  readonly axis: 'normalisation';
  /** What a row of weights sums to; NaN where that depends on the scores. */
  readonly sum: number;
}

/** Which keys a query sees. */
export interface Structure extends Facts {
  readonly axis: 'structure';
}

/**
 * A row of the C++ table of filters: each pixel becomes the mean of a square window around it, clipped to the image,
 * under the weights of `filterWeights`. A parameter may be infinite where its maximum is.
 */
export type ImageFilter = Facts;

/** A row of the three C++ tables of attention, which combine freely. */
export type Variant = Scoring | Normalisation | Structure;

/** How much a point counts at a distance: a `kernel` of `kernelRegression`. A number may range to Infinity. */
export type SmoothingKernel = Facts;

/**
 * How an encoding enters attention: not at all; its table `(tokens, width)` added to the tokens' vectors; queries and keys
 * turned by its table `(tokens, width)`, whose columns are cosines, then as many sines, the caches of `rotaryEmbedding`;
 * its table `(heads, tokens, tokens)` added to the scores, as a `mask` of `attention`.
 */
export type EncodingKind = 'none' | 'added' | 'rotated' | 'biased';

/** A row of the C++ table of positional encodings. Rows of every kind but `none` have a function in `engine.positions`. */
export interface Encoding extends Facts {
  readonly kind: EncodingKind;
  /** Whether a formula gives the table; otherwise the function takes a trained weight too. */
  readonly tabulated: boolean;
  /** Lengths of that weight's axes: `tokens` (or more), `width`, `heads` or the name of a parameter; empty without one. */
  readonly weight: readonly string[];
  /** Of kind `rotated`: the option of `rotaryEmbedding`. */
  readonly interleaved: boolean;
}
