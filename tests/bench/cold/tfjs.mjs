import { matMul, mul, ready, setBackend, softmax, tensor } from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { k, kExpected, kShape, kWidth, q, v } from './problem.mjs';

globalThis.result = (async () => {
  setWasmPaths(new URL('/peers/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url).href);
  await setBackend('wasm');
  await ready();
  const [queries, keys, values] = [q, k, v].map((data) => tensor(data, kShape));
  const scores = mul(matMul(queries, keys, false, true), 1 / Math.sqrt(kWidth));
  return [matMul(softmax(scores), values).dataSync()[0], kExpected];
})();
