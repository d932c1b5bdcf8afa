import { compileCore, type Binaries } from './compile.ts';
import { AttentionError, checkOptions } from './error.ts';
import type { Fetch } from './download.ts';
import { readModel } from './files.ts';
import type { LinkOptions } from './link.ts';
import { startRemoteEngine } from './remote.ts';
import type { Engine, InitOptions, WorkerEngine } from './types.ts';

const kOptions = ['worker', 'build', 'wasmUrl', 'wasmBinary', 'timeout'] as const;

/** What differs between a browser and Node. */
export interface Environment {
  binaries: Binaries;
  rungs: LinkOptions['rungs'];
  fetch: Fetch;
}

/** Starts an engine: on this thread, or with `worker: true` in a worker. */
export interface Init {
  (options: InitOptions & { worker: true }): Promise<WorkerEngine>;
  (options?: InitOptions & { worker?: false }): Promise<Engine>;
  (options?: InitOptions): Promise<Engine | WorkerEngine>;
}

export function initIn({ binaries, rungs, fetch }: Environment): Init {
  const init = async (options: InitOptions = {}): Promise<Engine | WorkerEngine> => {
    checkOptions('init', options, kOptions);
    const { build, timeout = 0, worker = false } = options;
    if (build !== undefined && build !== 'simd' && build !== 'relaxed-simd') {
      throw new AttentionError('argument_range', `build: found ${String(build)}, expected 'simd' or 'relaxed-simd'`);
    }
    const compiled = compileCore(binaries, options);
    if (worker) return startRemoteEngine(compiled, { rungs, timeout, fetch });
    const [{ startEngine }, core] = await Promise.all([import('./here.ts'), compiled]);
    return startEngine(core, (source, options) => readModel(source, options, fetch));
  };
  return init as Init;
}
