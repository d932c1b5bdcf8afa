/** What is needed to retell how one cell's weight came about. All numbers are the forward pass's own. */
export interface ArithmeticData {
  /** The query's and the key's vector of this head, (d_head) each. */
  q: ArrayLike<number>;
  k: ArrayLike<number>;
  /** Factor on q · k, usually 1 / sqrt(d_head). */
  scale: number;
  /** The query's row of scores before the softmax, (keys); masked keys are -Infinity. */
  scores: ArrayLike<number>;
  /** The query's row of the pattern, (keys). */
  pattern: ArrayLike<number>;
  /** Which key of the row. */
  key: number;
  /** Whether the key is masked; read from its score by default. */
  masked?: boolean;
  /** Scores were divided by this. */
  temperature?: number;
}

export interface Term {
  dimension: number;
  q: number;
  k: number;
  product: number;
}

export interface Steps {
  /** Largest by size first. */
  terms: Term[];
  otherCount: number;
  otherSum: number;
  dot: number;
  scaled: number;
  /** After the temperature. */
  sharpened: number;
  /** What the recorded score has beyond that (a position's bias, say); 0 if it is within rounding. */
  added: number;
  masked: boolean;
  /** The recorded score. */
  score: number;
  /** Largest score of the row; -Infinity if all keys are masked. */
  largest: number;
  /** Sum of exp(score - largest) over the row. */
  sum: number;
  share: number;
  /** The recorded weight. */
  weight: number;
  /** Whether the recorded weight is not the softmax's share (a head switched off, say). */
  changed: boolean;
}

/** Float32 rounding over a row of a few hundred terms stays well below this. */
const rounding = 1e-3;

function checkData({ q, k, scores, pattern, key }: ArithmeticData): void {
  if (q.length !== k.length) throw new RangeError(`k: found ${k.length} numbers, expected ${q.length}, as many as q`);
  if (scores.length !== pattern.length)
    throw new RangeError(`scores: found ${scores.length}, expected ${pattern.length}, as many as the pattern's keys`);
  if (!Number.isInteger(key) || key < 0 || key >= pattern.length)
    throw new RangeError(`key: found ${key}, expected 0 to ${pattern.length - 1}`);
}

function termsOf(q: ArrayLike<number>, k: ArrayLike<number>): Term[] {
  const terms = Array.from({ length: q.length }, (_, dimension) => ({
    dimension,
    q: q[dimension]!,
    k: k[dimension]!,
    product: q[dimension]! * k[dimension]!,
  }));
  return terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product) || a.dimension - b.dimension);
}

/** Retells one cell: q · k, scale, temperature, mask, softmax. `top` terms are kept by themselves. Throws `RangeError` on lengths that do not fit. */
export function stepsOf(data: ArithmeticData, top: number): Steps {
  checkData(data);
  const { scale, scores, pattern, key, temperature = 1 } = data;
  const all = termsOf(data.q, data.k);
  const total = (terms: Term[]): number => terms.reduce((sum, term) => sum + term.product, 0);
  const dot = total(all);
  const sharpened = (dot * scale) / temperature;
  const score = scores[key]!;
  const masked = data.masked ?? score === -Infinity;
  const difference = masked ? 0 : score - sharpened;
  const row = Array.from({ length: scores.length }, (_, at) => (masked && at === key ? -Infinity : scores[at]!));
  const largest = Math.max(...row);
  const sum = largest === -Infinity ? 0 : row.reduce((past, value) => past + Math.exp(value - largest), 0);
  const share = masked || sum === 0 ? 0 : Math.exp(score - largest) / sum;
  const weight = pattern[key]!;
  return {
    terms: all.slice(0, top),
    otherCount: Math.max(0, all.length - top),
    otherSum: total(all.slice(top)),
    dot,
    scaled: dot * scale,
    sharpened,
    added: Math.abs(difference) > rounding * (1 + Math.abs(score)) ? difference : 0,
    masked,
    score: masked ? -Infinity : score,
    largest,
    sum,
    share,
    weight,
    changed: Math.abs(weight - share) > rounding,
  };
}
