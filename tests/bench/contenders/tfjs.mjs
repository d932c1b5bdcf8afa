// TensorFlow.js on its wasm backend, one thread, SIMD: plain calls of tfjs-core. Resident: tensors stay in its memory.
import * as tf from '@tensorflow/tfjs-core';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { makeWeights } from '../gpt2.mjs';
import { modelForm } from './decoding.mjs';
import { contend } from './page.mjs';

async function start({ assets }) {
  setThreadsCount(1);
  if (assets.startsWith('http')) setWasmPaths(new URL('/peers/@tensorflow/tfjs-backend-wasm/dist/', assets).href);
  // The pages are isolated for the sake of their clocks; that must not choose the build with threads.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs has no wasm backend here');
  await tf.ready();
  return {
    version: tf.version_core,
    build: (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? 'simd' : 'scalar',
    threads: 1,
  };
}

const tensorOf = ({ shape, data }) => tf.tensor(data, shape, 'float32');

function norm(x, gain, bias) {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), gain), bias);
}

function gelu(x) {
  const inside = tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inside), 1));
}

function attend(q, k, v, mask) {
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape.at(-1)));
  return tf.matMul(tf.softmax(mask ? tf.add(scores, mask) : scores), v);
}

const causalMask = (rows, past) =>
  tf.tensor(
    Float32Array.from({ length: rows * (past + rows) }, (_, cell) =>
      cell % (past + rows) > past + Math.floor(cell / (past + rows)) ? -1e30 : 0,
    ),
    [rows, past + rows],
  );

function encoder(n, { batch, tokens, n_heads }) {
  const d = n.w_o.shape[0];
  const map = (x, weight, bias) => tf.add(tf.matMul(x, weight), bias);
  const x = tf.reshape(n.x, [batch * tokens, d]);
  const heads = tf
    .split(map(x, n.w_qkv, n.b_qkv), 3, -1)
    .map((part) => tf.transpose(tf.reshape(part, [batch, tokens, n_heads, d / n_heads]), [0, 2, 1, 3]));
  const z = tf.reshape(tf.transpose(attend(...heads), [0, 2, 1, 3]), [batch * tokens, d]);
  const middle = norm(tf.add(x, map(z, n.w_o, n.b_o)), n.gain_1, n.bias_1);
  const up = tf.relu(map(middle, n.w_up, n.b_up));
  return norm(tf.add(middle, map(up, n.w_down, n.b_down)), n.gain_2, n.bias_2);
}

const kOperators = {
  matmul: ({ a, b }) => tf.matMul(a, b),
  attention: ({ q, k, v, mask }) => attend(q, k, v, mask),
  softmax: ({ x }) => tf.softmax(x),
  layerNorm: ({ x, gain, bias }) => norm(x, gain, bias),
  gelu: ({ x }) => gelu(x),
  encoder,
};

/** Read outside `tidy`, which would search what it returns for tensors, number by number. */
function readAndDrop(tensor) {
  const data = tensor.dataSync();
  tensor.dispose();
  return data;
}

function openOperator(row, inputs) {
  const held = Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, tensorOf(array)]));
  if (row.causal) held.mask = causalMask(row.tokens, 0);
  const crossing = Object.entries(inputs).filter(([name]) => !row.held?.includes(name));
  const compute = (tensors) => kOperators[row.kind](tensors, row);
  const io = {
    call: () =>
      readAndDrop(
        tf.tidy(() => {
          const fresh = Object.fromEntries(crossing.map(([name, array]) => [name, tensorOf(array)]));
          return compute({ ...held, ...fresh });
        }),
      ),
    output: (data) => data,
  };
  const resident = {
    call: () => tf.tidy(() => compute(held)),
    output: (tensor) => tensor.dataSync(),
    discard: (tensor) => tensor.dispose(),
  };
  return { io, resident, close: () => tf.dispose(held) };
}

function openModel(row) {
  const { sizes, tensors } = makeWeights(row.model);
  const { n_layer, n_head, n_embd: d } = sizes;
  const w = Object.fromEntries(Object.entries(tensors).map(([name, array]) => [name, tensorOf(array)]));
  const map = (x, name) => tf.add(tf.matMul(x, w[`${name}.weight`]), w[`${name}.bias`]);
  const normed = (x, name) => norm(x, w[`${name}.weight`], w[`${name}.bias`]);
  const forward = (ids, length, past) =>
    tf.tidy(() => {
      const positions = ids.map((_, index) => length + index);
      let x = tf.add(
        tf.gather(w['wte.weight'], tf.tensor1d(ids, 'int32')),
        tf.gather(w['wpe.weight'], tf.tensor1d(positions, 'int32')),
      );
      const mask = ids.length > 1 ? causalMask(ids.length, length) : null;
      const next = [];
      for (let l = 0; l < n_layer; ++l) {
        const [q, newK, newV] = tf
          .split(map(normed(x, `h.${l}.ln_1`), `h.${l}.attn.c_attn`), 3, -1)
          .map((part) => tf.transpose(tf.reshape(part, [ids.length, n_head, d / n_head]), [1, 0, 2]));
        const [k, v] = past ? [tf.concat([past[l][0], newK], 1), tf.concat([past[l][1], newV], 1)] : [newK, newV];
        next.push([k, v]);
        const z = tf.reshape(tf.transpose(attend(q, k, v, mask), [1, 0, 2]), [ids.length, d]);
        x = tf.add(x, map(z, `h.${l}.attn.c_proj`));
        const up = gelu(map(normed(x, `h.${l}.ln_2`), `h.${l}.mlp.c_fc`));
        x = tf.add(x, map(up, `h.${l}.mlp.c_proj`));
      }
      const last = normed(tf.slice(x, [ids.length - 1, 0], [1, d]), 'ln_f');
      return { logits: tf.matMul(last, w['wte.weight'], false, true), next };
    });
  const run = (ids, length, past) => {
    const { logits, next } = forward(ids, length, past);
    return { logits: readAndDrop(logits), state: { length: length + ids.length, past: next } };
  };
  const io = modelForm(row, {
    prefill: (ids) => run(ids, 0, null),
    step: ({ length, past }, id) => run([id], length, past),
    drop: ({ past }) => tf.dispose(past),
  });
  return { io, close: () => tf.dispose(w) };
}

contend({ start, open: (row, inputs) => (row.model ? openModel(row) : openOperator(row, inputs)) });
