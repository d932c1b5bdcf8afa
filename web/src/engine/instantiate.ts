import type { CompiledCore } from './compile.ts';
import { Core } from './core.ts';
import createCore from './generated/core.js';

/** A fresh instance of a compiled module, with memory of its own. */
export async function instantiate({ module, build }: CompiledCore): Promise<Core> {
  const native = await new Promise<Awaited<ReturnType<typeof createCore>>>((resolve, reject) => {
    const instantiateWasm = (
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ) => {
      WebAssembly.instantiate(module, imports).then((instance) => done(instance, module), reject);
      return {};
    };
    createCore({ instantiateWasm }).then(resolve, reject);
  });
  return new Core(native, build);
}
