// The core's operators as plain scalar C++ (scalar.cpp), compiled without vectors and called through bare exports.
import { sizeOf } from '../random.mjs';
import { contend } from './page.mjs';
import { readAsset } from './serve.mjs';

/** Larger cases would take seconds a call and say nothing more. */
const kMostFlops = 3e8;
const kPage = 65536;

let wasm;

async function start({ assets }) {
  const { instance } = await WebAssembly.instantiate(await readAsset('native/scalar.wasm', assets), {
    env: { emscripten_notify_memory_growth() {} },
    wasi_snapshot_preview1: {},
  });
  wasm = instance.exports;
  wasm._initialize?.();
  return { version: 'this tree', build: 'scalar', threads: 1 };
}

/** Each operator: `call(address by name, address of the result, scratch, inputs, row)`. */
const kOperators = {
  matmul: (at, y, _, { a, b }) => wasm.matmul(at.a, at.b, y, ...a.shape, b.shape[1]),
  attention: (at, y, scratch, { q }, { causal }) =>
    wasm.attention(at.q, at.k, at.v, y, scratch, ...q.shape, causal ? 1 : 0),
  softmax: (at, y, _, { x }) => wasm.softmax(at.x, y, ...x.shape),
  layerNorm: (at, y, _, { x }) => wasm.layer_norm(at.x, at.gain, at.bias, y, ...x.shape),
  gelu: (at, y, _, { x }) => wasm.gelu(at.x, y, x.data.length),
};

function open(row, inputs) {
  const call = kOperators[row.kind];
  if (!call || row.flops > kMostFlops) return {};
  let end = Number(wasm.heap_base());
  const place = (count) => {
    const at = Math.ceil(end / 16) * 16;
    end = at + 4 * count;
    return at;
  };
  const at = Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, place(data.length)]));
  const length = row.kind === 'matmul' ? inputs.a.shape[0] * inputs.b.shape[1] : sizeOf((inputs.x ?? inputs.q).shape);
  const y = place(length);
  const scratch = place(row.tokens ?? 1);
  const missing = Math.ceil((end - wasm.memory.buffer.byteLength) / kPage);
  if (missing > 0) wasm.memory.grow(missing);
  const write = (name) => new Float32Array(wasm.memory.buffer).set(inputs[name].data, at[name] / 4);
  const read = () => new Float32Array(wasm.memory.buffer, y, length).slice();
  for (const name of Object.keys(inputs)) write(name);
  const crossing = Object.keys(inputs).filter((name) => !row.held?.includes(name));
  const io = {
    call() {
      crossing.forEach(write);
      call(at, y, scratch, inputs, row);
      return read();
    },
    output: (data) => data,
  };
  return { io, resident: { call: () => call(at, y, scratch, inputs, row), output: read } };
}

contend({ start, open });
