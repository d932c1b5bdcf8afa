import { Arrays } from './arrays.ts';
import type { CompiledCore } from './compile.ts';
import type { Core } from './core.ts';
import { fetchFromNetwork, readModel, type Fetch } from './files.ts';
import { instantiate } from './instantiate.ts';
import { openModel } from './model.ts';
import type { LocalModel } from './model.ts';
import { operatorsOver } from './operator.ts';
import { positionFunctions } from './positions.ts';
import type {
  Build,
  Encoding,
  Engine,
  Held,
  ImageFilter,
  LoadOptions,
  ModelSource,
  Operators,
  PositionFunctions,
  SmoothingKernel,
  Tensor,
  Variant,
} from './types.ts';

/** An engine on this thread, around one instance of the module. */
export async function startEngine(compiled: CompiledCore, fetch: Fetch = fetchFromNetwork): Promise<LocalEngine> {
  return new LocalEngine(await instantiate(compiled), fetch);
}

/** Its operators are those of the table in operator.ts. */
export interface LocalEngine extends Operators {}

export class LocalEngine implements Engine {
  readonly build: Build;
  readonly positions: PositionFunctions;
  /** For tests and the worker: the way into the module. */
  readonly core: Core;
  readonly #arrays: Arrays;
  readonly #fetch: Fetch;

  constructor(core: Core, fetch: Fetch) {
    this.core = core;
    this.#fetch = fetch;
    this.build = core.build;
    this.#arrays = new Arrays(core);
    this.positions = positionFunctions(this.#arrays, this.encodings());
    Object.assign(this, operatorsOver(this.#arrays));
  }

  variants(): Variant[] {
    return this.core.call((module) => module.variants());
  }

  encodings(): Encoding[] {
    return this.core.call((module) => module.encodings());
  }

  smoothingKernels(): SmoothingKernel[] {
    return this.core.call((module) => module.smoothingKernels());
  }

  imageFilters(): ImageFilter[] {
    return this.core.call((module) => module.imageFilters());
  }

  hold(tensor: Tensor): Held {
    return this.#arrays.hold(tensor);
  }

  async loadModel(source: ModelSource, options: LoadOptions = {}): Promise<LocalModel> {
    const files = await readModel(source, options, this.#fetch);
    options.signal?.throwIfAborted();
    return openModel(this.core, files, options.quantize);
  }

  dispose(): void {
    this.core.dispose();
  }
}
