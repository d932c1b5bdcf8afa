import { Arrays } from './arrays.ts';
import type { CompiledCore } from './compile.ts';
import type { Core } from './core.ts';
import { AttentionError } from './error.ts';
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
  ModelFiles,
  ModelSource,
  Operators,
  PositionFunctions,
  SmoothingKernel,
  Tensor,
  Variant,
} from './types.ts';

/** How an engine comes by a model's files. */
export type Read = (source: ModelSource, options: LoadOptions) => Promise<ModelFiles>;

/** An engine on this thread, around one instance of the module. A worker's is given models that its page has read. */
export async function startEngine(compiled: CompiledCore, read?: Read): Promise<LocalEngine> {
  return new LocalEngine(await instantiate(compiled), read);
}

/** Its operators are those of the table in operator.ts. */
export interface LocalEngine extends Operators {}

export class LocalEngine implements Engine {
  readonly build: Build;
  readonly positions: PositionFunctions;
  /** For tests and the worker: the way into the module. */
  readonly core: Core;
  readonly #arrays: Arrays;
  readonly #read: Read | undefined;

  constructor(core: Core, read?: Read) {
    this.core = core;
    this.#read = read;
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
    if (!this.#read) throw new AttentionError('argument_type', 'loadModel: this engine reads no files');
    const files = await this.#read(source, options);
    options.signal?.throwIfAborted();
    return openModel(this.core, files, options.quantize);
  }

  dispose(): void {
    this.core.dispose();
  }
}
