// The limit of this engine: multiply-adds per second by peak.cpp, fused where the engine has relaxed SIMD.
import { readAsset, serve } from './serve.mjs';

const kRounds = 4e6;
const kBuilds = ['peak-relaxed', 'peak'];

let wasm;

serve({
  async start({ assets, build }) {
    const names = build === 'simd' ? kBuilds.slice(1) : kBuilds;
    for (const name of names) {
      const bytes = await readAsset(`native/${name}.wasm`, assets);
      if (!WebAssembly.validate(bytes)) continue;
      ({ exports: wasm } = (await WebAssembly.instantiate(bytes)).instance);
      wasm.run(kRounds);
      return { version: 'this tree', build: name === 'peak' ? 'multiply and add' : 'fused multiply-add', threads: 1 };
    }
    throw new Error('this engine takes no SIMD');
  },
  /** Operations per millisecond. */
  round() {
    const start = performance.now();
    wasm.run(kRounds);
    return (kRounds * wasm.flops()) / (performance.now() - start);
  },
});
