// As its manual says: the bundle that finds its wasm beside itself.
import * as ort from '/peers/onnxruntime-web/dist/ort.wasm.bundle.min.mjs';
import { kOperatorGraphs } from '../onnx_graphs.mjs';
import { k, kExpected, kShape, q, v } from './problem.mjs';

globalThis.result = (async () => {
  ort.env.wasm.numThreads = 1;
  const inputs = Object.fromEntries(Object.entries({ q, k, v }).map(([name, data]) => [name, { shape: kShape, data }]));
  const [bytes] = Object.values(kOperatorGraphs.attention({}, inputs));
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  const feeds = Object.entries(inputs).map(([name, { data }]) => [name, new ort.Tensor('float32', data, kShape)]);
  const { y } = await session.run(Object.fromEntries(feeds));
  return [y.data[0], kExpected];
})();
