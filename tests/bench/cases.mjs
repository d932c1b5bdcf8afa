// What is measured. A case names its kind (which operator), its sizes, its work in floating point operations, and the
// arrays it reads. `held` names those that stay in the contender's memory even when results cross to JavaScript: weights.
import { randomTensor } from './random.mjs';

export const kModels = {
  'gpt2-tiny': { n_layer: 4, n_head: 4, n_embd: 128, n_positions: 1024, vocab_size: 1024 },
  'gpt2-small': { n_layer: 12, n_head: 12, n_embd: 768, n_positions: 1024, vocab_size: 50257 },
};

/** How many tokens a decode row draws per measurement, each a forward pass of one token. */
export const kSteps = 16;

const kHeads = 8;
const kHeadWidth = 64;

const matmul = (n) => ({
  name: `matmul ${n}`,
  kind: 'matmul',
  flops: 2 * n ** 3,
  inputs: () => ({ a: randomTensor([n, n], 1), b: randomTensor([n, n], 2) }),
});

const matvec = (k, n) => ({
  name: `matvec ${k}x${n}`,
  kind: 'matmul',
  flops: 2 * k * n,
  held: ['b'],
  inputs: () => ({ a: randomTensor([1, k], 1), b: randomTensor([k, n], 2) }),
});

function attention(tokens, { causal = false, ...more } = {}) {
  const cells = causal ? (tokens * (tokens + 1)) / 2 : tokens ** 2;
  const shape = [kHeads, tokens, kHeadWidth];
  return {
    name: `${causal ? 'causal' : 'attention'} ${tokens}`,
    kind: 'attention',
    causal,
    tokens,
    scores: kHeads * cells,
    flops: 4 * kHeads * cells * kHeadWidth,
    inputs: () => ({ q: randomTensor(shape, 1, 2), k: randomTensor(shape, 2, 2), v: randomTensor(shape, 3) }),
    ...more,
  };
}

const rowwise = (name, kind, shape, more, extra = () => ({})) => ({
  name,
  kind,
  inputs: () => ({ x: randomTensor(shape, 1, 6), ...extra() }),
  ...more,
});

/** PyTorch's TransformerEncoderLayer as it comes: the norm after each residual sum, ReLU. */
const encoder = ({ batch, tokens, width, n_heads, inner }) => ({
  name: `encoder layer ${batch}x${tokens}x${width}`,
  kind: 'encoder',
  n_heads,
  batch,
  tokens,
  flops: 2 * batch * tokens * (4 * width ** 2 + 2 * width * inner + 2 * tokens * width),
  held: ['w_qkv', 'b_qkv', 'w_o', 'b_o', 'gain_1', 'bias_1', 'w_up', 'b_up', 'w_down', 'b_down', 'gain_2', 'bias_2'],
  inputs() {
    const matrix = (rows, columns, seed) => randomTensor([rows, columns], seed, 1.5 / Math.sqrt(rows));
    const vector = (length, seed, offset = 0) => randomTensor([length], seed, 0.1, offset);
    return {
      x: randomTensor([batch, tokens, width], 1),
      w_qkv: matrix(width, 3 * width, 2),
      b_qkv: vector(3 * width, 3),
      w_o: matrix(width, width, 4),
      b_o: vector(width, 5),
      gain_1: vector(width, 6, 1),
      bias_1: vector(width, 7),
      w_up: matrix(width, inner, 8),
      b_up: vector(inner, 9),
      w_down: matrix(inner, width, 10),
      b_down: vector(width, 11),
      gain_2: vector(width, 12, 1),
      bias_2: vector(width, 13),
    };
  },
});

/** `prefill`: logits of the last of so many tokens. `decode`: a token after so many. */
const model = (name, kind, tokens, more) => ({
  name: `${name} ${kind} ${tokens}${more?.quantize ? ` ${more.quantize}` : ''}`,
  kind,
  model: name,
  tokens,
  inputs: () => ({}),
  ...more,
});

/** `long` cases are left out by --quick; `only` names the contenders that take part (default: all that can). */
export const kCases = [
  ...[64, 128, 256, 512].map(matmul),
  { ...matmul(1024), long: true },
  matvec(768, 768),
  matvec(768, 3072),
  ...[16, 64, 128, 256, 512].map((tokens) => attention(tokens)),
  attention(1024, { long: true }),
  attention(2048, { long: true, only: ['ours', 'ort'] }),
  attention(4096, { long: true, only: ['ours'] }),
  ...[128, 256, 512].map((tokens) => attention(tokens, { causal: true })),
  attention(1024, { causal: true, long: true }),
  rowwise('softmax 1024x1024', 'softmax', [1024, 1024]),
  rowwise('layer norm 1024x768', 'layerNorm', [1024, 768], {}, () => ({
    gain: randomTensor([768], 2, 0.5, 1),
    bias: randomTensor([768], 3, 0.5),
  })),
  rowwise('GELU 1e6', 'gelu', [1000, 1000]),
  encoder({ batch: 32, tokens: 10, width: 256, n_heads: 8, inner: 1024 }),
  model('gpt2-tiny', 'prefill', 64),
  ...[16, 64, 256].map((tokens) => model('gpt2-tiny', 'decode', tokens)),
  model('gpt2-tiny', 'decode', 1000, { long: true }),
  model('gpt2-small', 'prefill', 64, { long: true }),
  model('gpt2-small', 'decode', 64, { long: true }),
  model('gpt2-small', 'decode', 64, { quantize: 'int8', only: ['ours'], long: true }),
];

export const caseNamed = (name) => kCases.find((row) => row.name === name);
