// A GPT-2 of random weights, in Hugging Face's names and shapes: the same numbers for every contender, and the float64
// forward pass that says what they must give.
import { kModels } from './cases.mjs';
import { fillRandom, sizeOf } from './random.mjs';
import { attentionRow, gelu64, layerNorm64, rowTimes } from './reference.mjs';

function shapesOf({ n_layer, n_embd: d, n_positions, vocab_size }) {
  const shapes = { 'wte.weight': [vocab_size, d], 'wpe.weight': [n_positions, d] };
  for (let l = 0; l < n_layer; ++l) {
    Object.assign(shapes, {
      [`h.${l}.ln_1.weight`]: [d],
      [`h.${l}.ln_1.bias`]: [d],
      [`h.${l}.attn.c_attn.weight`]: [d, 3 * d],
      [`h.${l}.attn.c_attn.bias`]: [3 * d],
      [`h.${l}.attn.c_proj.weight`]: [d, d],
      [`h.${l}.attn.c_proj.bias`]: [d],
      [`h.${l}.ln_2.weight`]: [d],
      [`h.${l}.ln_2.bias`]: [d],
      [`h.${l}.mlp.c_fc.weight`]: [d, 4 * d],
      [`h.${l}.mlp.c_fc.bias`]: [4 * d],
      [`h.${l}.mlp.c_proj.weight`]: [4 * d, d],
      [`h.${l}.mlp.c_proj.bias`]: [d],
    });
  }
  return { ...shapes, 'ln_f.weight': [d], 'ln_f.bias': [d] };
}

/** Fills one tensor: gains near 1, biases small, matrices such that activations keep their size. */
function fillTensor(name, data, seed, d) {
  if (/ln_\w+\.weight$/.test(name)) return fillRandom(data, seed, 0.1, 1);
  if (/\.bias$/.test(name)) return fillRandom(data, seed, 0.05);
  return fillRandom(data, seed, 1.5 / Math.sqrt(name.includes('mlp.c_proj') ? 4 * d : d));
}

/**
 * The weights as the bytes of a safetensors file (a length, a JSON header, the numbers), and `tensors`, views of these bytes:
 * name -> {shape, data}. One block, since the small model has 124 million numbers.
 */
export function makeWeights(modelName) {
  const sizes = kModels[modelName];
  const shapes = shapesOf(sizes);
  let end = 0;
  const header = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const begin = end;
      end += 4 * sizeOf(shape);
      return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }];
    }),
  );
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(start + end);
  bytes.fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(json, 8);
  const tensors = Object.fromEntries(
    Object.entries(header).map(([name, { shape, data_offsets }], seed) => {
      const data = new Float32Array(bytes.buffer, start + data_offsets[0], sizeOf(shape));
      return [name, { shape, data: fillTensor(name, data, seed + 1, sizes.n_embd) }];
    }),
  );
  return { sizes, bytes, tensors };
}

/** The character that stands for token `id`: one code point each, none of them half of a pair. */
const kFirstCharacter = 0x100;
export const textOf = (ids) => String.fromCodePoint(...ids.map((id) => kFirstCharacter + id));

/** The other two files of the model's folder. */
export function makeFolder(modelName, bytes) {
  const sizes = kModels[modelName];
  const config = { model_type: 'gpt2', layer_norm_epsilon: 1e-5, activation_function: 'gelu_new', ...sizes };
  const vocab = Object.fromEntries(
    Array.from({ length: sizes.vocab_size }, (_, id) => [String.fromCodePoint(kFirstCharacter + id), id]),
  );
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'Split', pattern: { Regex: '[\\s\\S]' }, behavior: 'Isolated', invert: false },
    post_processor: null,
    decoder: { type: 'Fuse' },
    model: { type: 'BPE', vocab, merges: [], unk_token: null },
  };
  return { config: JSON.stringify(config), weights: bytes, tokenizer: JSON.stringify(tokenizer) };
}

/** The prompt of every contender. */
export function promptIds(modelName, tokens) {
  const { vocab_size } = kModels[modelName];
  const random = fillRandom(new Float64Array(tokens), 99, 0.5, 0.5);
  return Array.from(random, (x) => Math.min(vocab_size - 1, Math.floor(x * vocab_size)));
}

/** What a greedy step draws. */
export function mostLikely(logits) {
  let id = 0;
  for (let index = 1; index < logits.length; ++index) if (logits[index] > logits[id]) id = index;
  return id;
}

/** A float64 forward pass with its cache: `read(id)` gives the logits after one more token. */
export function referenceModel({ sizes, tensors }) {
  const { n_layer, n_head, n_embd: d, vocab_size } = sizes;
  const w = (name) => tensors[name].data;
  const cache = Array.from({ length: n_layer }, () => new Float64Array(sizes.n_positions * 3 * d));
  const norm = (x, name) => layerNorm64(x, w(`${name}.weight`), w(`${name}.bias`));
  const map = (x, name, n) => rowTimes(x, 0, w(`${name}.weight`), x.length, n, w(`${name}.bias`));
  const plus = (a, b) => a.map((value, index) => value + b[index]);
  let position = 0;
  return (id, wantsLogits = true) => {
    const row = (name, at) => Float64Array.from(w(name).subarray(at * d, (at + 1) * d));
    let x = plus(row('wte.weight', id), row('wpe.weight', position));
    for (let l = 0; l < n_layer; ++l) {
      const qkv = cache[l];
      qkv.set(map(norm(x, `h.${l}.ln_1`), `h.${l}.attn.c_attn`, 3 * d), position * 3 * d);
      const z = new Float64Array(d);
      for (let head = 0; head < n_head; ++head) {
        const at = (head * d) / n_head;
        const from = { qAt: position * 3 * d + at, kAt: d + at, vAt: 2 * d + at, stride: 3 * d };
        z.set(attentionRow(qkv, qkv, qkv, { ...from, keys: position + 1, width: d / n_head }), at);
      }
      x = plus(x, map(z, `h.${l}.attn.c_proj`, d));
      const up = map(norm(x, `h.${l}.ln_2`), `h.${l}.mlp.c_fc`, 4 * d).map(gelu64);
      x = plus(x, map(up, `h.${l}.mlp.c_proj`, d));
    }
    ++position;
    if (!wantsLogits) return null;
    const last = norm(x, 'ln_f');
    const table = w('wte.weight');
    return Float64Array.from({ length: vocab_size }, (_, token) => {
      let sum = 0;
      for (let c = 0; c < d; ++c) sum += last[c] * table[token * d + c];
      return sum;
    });
  };
}
