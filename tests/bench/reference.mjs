// Float64 references. Each gives what a result must hold: `{length, parts: [{offset, values}], limit, elementwise}`; `parts` are
// all of a cheap result, and of a dear one rows spread evenly from the first to the last.
import { sizeOf } from './random.mjs';

const kBudget = 4e7;

/** At most `most` of `count` places, the first and the last among them. */
function spread(count, most) {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  const chosen = Math.max(2, Math.floor(most));
  return Array.from({ length: chosen }, (_, index) => Math.round((index * (count - 1)) / (chosen - 1)));
}

/** Row `row` of a (rows, k) times a (k, n) array, into a Float64Array. */
export function rowTimes(a, from, b, k, n, bias) {
  const out = bias ? Float64Array.from(bias) : new Float64Array(n);
  for (let inner = 0; inner < k; ++inner) {
    const factor = a[from + inner];
    const at = inner * n;
    for (let j = 0; j < n; ++j) out[j] += factor * b[at + j];
  }
  return out;
}

export function softmax64(row) {
  const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = row.map((x) => Math.exp(x - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / sum);
}

export function layerNorm64(row, gain, bias, epsilon = 1e-5) {
  const mean = row.reduce((a, b) => a + b, 0) / row.length;
  const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length;
  return row.map((x, i) => ((x - mean) / Math.sqrt(variance + epsilon)) * gain[i] + bias[i]);
}

/** GPT-2's form, by tanh. */
export const gelu64 = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/**
 * Row `i` of one head: `q`, `k` and `v` are arrays in which token t's vector begins at `start + t * stride`. Keys from
 * `keys` on are not seen.
 */
export function attentionRow(q, k, v, { qAt, kAt, vAt, stride, keys, width }) {
  const scores = Float64Array.from({ length: keys }, (_, j) => {
    let sum = 0;
    for (let c = 0; c < width; ++c) sum += q[qAt + c] * k[kAt + j * stride + c];
    return sum / Math.sqrt(width);
  });
  const pattern = softmax64(scores);
  const out = new Float64Array(width);
  for (let j = 0; j < keys; ++j) for (let c = 0; c < width; ++c) out[c] += pattern[j] * v[vAt + j * stride + c];
  return out;
}

const rowsOf = (x) => {
  const width = x.shape.at(-1);
  return Array.from({ length: x.data.length / width }, (_, row) => ({
    offset: row * width,
    row: Float64Array.from(x.data.subarray(row * width, (row + 1) * width)),
  }));
};

const kReferences = {
  matmul(_, { a, b }) {
    const [rows, k] = a.shape;
    const n = b.shape[1];
    return spread(rows, kBudget / (k * n)).map((row) => ({
      offset: row * n,
      values: rowTimes(a.data, row * k, b.data, k, n),
    }));
  },
  attention({ causal }, { q, k, v }) {
    const [heads, tokens, width] = q.shape;
    const rows = spread(tokens, kBudget / (2 * heads * tokens * width));
    return Array.from({ length: heads }, (_, head) => head * tokens * width).flatMap((at) =>
      rows.map((i) => ({
        offset: at + i * width,
        values: attentionRow(q.data, k.data, v.data, {
          qAt: at + i * width,
          kAt: at,
          vAt: at,
          stride: width,
          keys: causal ? i + 1 : tokens,
          width,
        }),
      })),
    );
  },
  softmax: (_, { x }) => rowsOf(x).map(({ offset, row }) => ({ offset, values: softmax64(row) })),
  layerNorm: (_, { x, gain, bias }) =>
    rowsOf(x).map(({ offset, row }) => ({ offset, values: layerNorm64(row, gain.data, bias.data) })),
  gelu: (_, { x }) => [{ offset: 0, values: Float64Array.from(x.data, gelu64) }],
  encoder: ({ batch, tokens, n_heads }, inputs) =>
    spread(batch, 3).map((item) => {
      const values = encoderLayer(inputs, item, tokens, n_heads);
      return { offset: item * values.length, values };
    }),
};

function encoderLayer(w, item, tokens, heads) {
  const d = w.b_o.data.length;
  const width = d / heads;
  const inner = w.b_up.data.length;
  const x = w.x.data.subarray(item * tokens * d, (item + 1) * tokens * d);
  const qkv = new Float64Array(tokens * 3 * d);
  for (let t = 0; t < tokens; ++t) qkv.set(rowTimes(x, t * d, w.w_qkv.data, d, 3 * d, w.b_qkv.data), t * 3 * d);
  const out = new Float64Array(tokens * d);
  for (let t = 0; t < tokens; ++t) {
    const z = new Float64Array(d);
    for (let head = 0; head < heads; ++head) {
      const at = head * width;
      const options = { qAt: t * 3 * d + at, kAt: d + at, vAt: 2 * d + at, stride: 3 * d, keys: tokens, width };
      z.set(attentionRow(qkv, qkv, qkv, options), at);
    }
    const mixed = rowTimes(z, 0, w.w_o.data, d, d, w.b_o.data).map((y, c) => y + x[t * d + c]);
    const middle = layerNorm64(mixed, w.gain_1.data, w.bias_1.data);
    const up = rowTimes(middle, 0, w.w_up.data, d, inner, w.b_up.data).map((y) => Math.max(0, y));
    const down = rowTimes(up, 0, w.w_down.data, inner, d, w.b_down.data).map((y, c) => y + middle[c]);
    out.set(layerNorm64(down, w.gain_2.data, w.bias_2.data), t * d);
  }
  return out;
}

/** What the result of operator case `row` must be. */
export function referenceOf(row, inputs) {
  const parts = kReferences[row.kind](row, inputs);
  const width = parts[0].values.length;
  const length = row.kind === 'matmul' ? inputs.a.shape[0] * width : sizeOf((inputs.x ?? inputs.q).shape);
  // The probabilities of a softmax span many magnitudes; each of them must be right.
  return { length, parts, limit: 1e-5, elementwise: row.kind === 'softmax' };
}

/** The largest error of `found`: relative to the largest expected magnitude, or to each element's own. */
export function errorOf(found, { length, parts, elementwise }) {
  if (found.length !== length) throw new Error(`found ${found.length} numbers, expected ${length}`);
  if (!found.every(Number.isFinite)) return Infinity;
  let scale = 0;
  for (const { values } of parts) for (const value of values) scale = Math.max(scale, Math.abs(value));
  let worst = 0;
  for (const { offset, values } of parts) {
    for (let index = 0; index < values.length; ++index) {
      const unit = elementwise ? Math.abs(values[index]) : scale;
      worst = Math.max(worst, Math.abs(found[offset + index] - values[index]) / unit);
    }
  }
  return worst;
}
