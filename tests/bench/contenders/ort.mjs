// onnxruntime-web on its wasm backend, one thread, SIMD. Its results always come back to JavaScript: there is no resident form.
import * as ort from 'onnxruntime-web/wasm';
import { gpt2Graph, kOperatorGraphs } from '../onnx_graphs.mjs';
import { makeWeights } from '../gpt2.mjs';
import { modelForm } from './decoding.mjs';
import { contend } from './page.mjs';

/** Plain products and the operator of opset 23 took the same time on both models. */
const kModelForm = 'plain';
const kTries = 10;

const floats = ({ shape, data }) => new ort.Tensor('float32', data, shape);
const integers = (values) => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
const load = (bytes) =>
  ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });

async function start({ assets }) {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.logLevel = 'error';
  if (assets.startsWith('http')) {
    const dist = new URL('/peers/onnxruntime-web/dist/', assets).href;
    ort.env.wasm.wasmPaths = { wasm: `${dist}ort-wasm-simd-threaded.wasm` };
  }
  return { version: ort.env.versions.web, build: 'simd', threads: ort.env.wasm.numThreads };
}

/** Loads each way to write a graph that this runtime takes: `{found: [{name, session, best}], refused: [texts]}`. */
async function loadWays(ways, feeds) {
  const found = [];
  const refused = [];
  for (const [name, bytes] of Object.entries(ways)) {
    try {
      const session = await load(bytes);
      await session.run(feeds);
      found.push({ name, session, best: Infinity });
    } catch (error) {
      refused.push(`${name}: ${error.message.split('\n')[0]}`);
    }
  }
  if (found.length === 0) throw new Error(refused.join('; '));
  return { found, refused };
}

/** The fastest of the ways, and what became of the others. */
async function fastest(ways, feeds) {
  const { found, refused } = await loadWays(ways, feeds);
  if (found.length + refused.length === 1) return { session: found[0].session, note: '' };
  for (let round = 0; round < kTries; ++round) {
    for (const way of found) {
      const start = performance.now();
      await way.session.run(feeds);
      way.best = Math.min(way.best, performance.now() - start);
    }
  }
  found.sort((a, b) => a.best - b.best);
  for (const { session } of found.slice(1)) await session.release();
  const times = found.map(({ name, best }) => `${name} ${best.toFixed(3)} ms`);
  return { session: found[0].session, note: [...times, ...refused].join('; ') };
}

async function openOperator(row, inputs) {
  const fed = Object.entries(inputs).filter(([name]) => !row.held?.includes(name));
  const feedsOf = () => Object.fromEntries(fed.map(([name, array]) => [name, floats(array)]));
  const { session, note } = await fastest(kOperatorGraphs[row.kind](row, inputs), feedsOf());
  const io = { call: () => session.run(feedsOf()), output: ({ y }) => y.data };
  return { io, note, close: () => session.release() };
}

async function openModel(row) {
  const weights = makeWeights(row.model);
  const { n_layer, n_head, n_embd } = weights.sizes;
  const session = await load(gpt2Graph(weights, kModelForm));
  const width = n_embd / n_head;
  const names = Array.from({ length: n_layer }, (_, l) => [`k${l}`, `v${l}`]).flat();
  const nothing = new ort.Tensor('float32', new Float32Array(0), [n_head, 0, width]);
  const run = async (ids, length, past) => {
    const total = length + ids.length;
    const mask = Float32Array.from({ length: ids.length * total }, (_, cell) =>
      cell % total > length + Math.floor(cell / total) ? -1e30 : 0,
    );
    const result = await session.run({
      ids: integers(ids),
      positions: integers(ids.map((_, index) => length + index)),
      mask: new ort.Tensor('float32', mask, [ids.length, total]),
      ...past,
    });
    const next = Object.fromEntries(names.map((name) => [name, result[`next_${name}`]]));
    return { logits: result.logits.data, state: { length: total, past: next } };
  };
  const empty = Object.fromEntries(names.map((name) => [name, nothing]));
  const io = modelForm(row, {
    prefill: (ids) => run(ids, 0, empty),
    step: ({ length, past }, id) => run([id], length, past),
  });
  return { io, close: () => session.release() };
}

contend({ start, open: (row, inputs) => (row.model ? openModel(row) : openOperator(row, inputs)) });
