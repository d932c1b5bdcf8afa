import type { CompiledCore } from './compile.ts';
import { AttentionError, checkOptions } from './error.ts';
import type { Fetch } from './download.ts';
import { readModel } from './files.ts';
import { checkGenerateOptions } from './generation.ts';
import { Link, type LinkOptions } from './link.ts';
import { operatorNames, type OperatorName } from './operatorNames.ts';
import { encodingsWithTable } from './positions.ts';
import type {
  Build,
  Encoded,
  Encoding,
  GenerateOptions,
  ImageFilter,
  LoadOptions,
  ModelInfo,
  ModelInput,
  ModelSource,
  Run,
  RunOptions,
  SmoothingKernel,
  Step,
  Tensor,
  TextInput,
  Variant,
  WorkerEngine,
  WorkerModel,
} from './types.ts';

/** An engine in a worker: the same names as on this thread, each returning a promise. */
export async function startRemoteEngine(
  compiled: Promise<CompiledCore>,
  { rungs, timeout, fetch }: RemoteOptions,
): Promise<RemoteEngine> {
  const holder: { engine?: RemoteEngine } = {};
  const link = new Link({ rungs, compiled, timeout, onRestart: (reason) => holder.engine?.onRestart?.(reason) });
  await link.ready();
  const { build } = await compiled;
  return (holder.engine = new RemoteEngine(link, build, fetch));
}

interface RemoteOptions extends Pick<LinkOptions, 'rungs' | 'timeout'> {
  fetch: Fetch;
}

/** Frees in the worker what the page has forgotten. */
const forgotten = new FinalizationRegistry<() => void>((free) => free());

/** Its operators are those of the table in operator.ts, run in the worker. */
interface RemoteEngine extends Pick<WorkerEngine, OperatorName> {}

class RemoteEngine implements WorkerEngine {
  readonly build: Build;
  readonly positions: WorkerEngine['positions'];
  onRestart?: (reason: string) => void;
  readonly #link: Link;
  readonly #fetch: Fetch;

  constructor(link: Link, build: Build, fetch: Fetch) {
    this.#link = link;
    this.#fetch = fetch;
    this.build = build;
    for (const name of operatorNames) {
      Object.assign(this, { [name]: (...args: unknown[]) => link.call('operate', [name, args]) });
    }
    this.positions = Object.fromEntries(
      encodingsWithTable(link.encodings).map(({ name }) => [
        name,
        (...args: [tokens: number, width: number, params?: Record<string, number>, weight?: Tensor]) =>
          link.call('table', [name, ...args]),
      ]),
    );
  }

  variants(): Promise<Variant[]> {
    return this.#link.call('variants', []);
  }

  async encodings(): Promise<Encoding[]> {
    return structuredClone(this.#link.encodings);
  }

  smoothingKernels(): Promise<SmoothingKernel[]> {
    return this.#link.call('smoothingKernels', []);
  }

  imageFilters(): Promise<ImageFilter[]> {
    return this.#link.call('imageFilters', []);
  }

  /** Downloads here, where nothing waits for it and the page's preloads count; reads in the worker. */
  async loadModel(source: ModelSource, options: LoadOptions = {}): Promise<WorkerModel> {
    this.#link.checkOpen();
    const files = await readModel(source, options, this.#fetch);
    const transfer = files === source || files.weights instanceof Blob ? [] : [files.weights.buffer as ArrayBuffer];
    const { model, info } = await this.#link.call('load', [files, options.quantize], {
      signal: options.signal,
      transfer,
    });
    return new RemoteModel(this.#link, model, info);
  }

  dispose(): void {
    this.#link.close();
  }
}

class RemoteModel implements WorkerModel {
  readonly info: ModelInfo;
  readonly #link: Link;
  readonly #number: number;
  readonly #epoch: number;
  #disposed = false;

  constructor(link: Link, number: number, info: ModelInfo) {
    this.#link = link;
    this.#number = number;
    this.#epoch = link.epoch;
    this.info = info;
    const epoch = link.epoch;
    forgotten.register(this, () => link.epoch === epoch && link.notify('dispose', [number]), this);
  }

  async encode(input: ModelInput): Promise<Encoded> {
    this.#check();
    return this.#link.call('encode', [this.#number, input]);
  }

  async run(input: ModelInput, options?: RunOptions): Promise<Run> {
    this.#check();
    // Callbacks (`edit`) belong to engines on this thread.
    checkOptions('run', options ?? {}, ['record', 'edits', 'logits']);
    return this.#link.call('run', [this.#number, input, options]);
  }

  /** Tokens come one by one as they are asked for: a slow reader never makes the worker run ahead. */
  async *generate(input: string | TextInput, options: GenerateOptions = {}): AsyncGenerator<Step, void> {
    this.#check();
    checkGenerateOptions(options);
    const { signal, ...rest } = options;
    const generation = await this.#link.call('begin', [this.#number, input, rest], { signal });
    try {
      for (;;) {
        this.#check();
        const step = await this.#link.call('step', [generation], { signal });
        if (!step) return;
        yield step;
      }
    } finally {
      if (this.#link.epoch === this.#epoch) this.#link.notify('end', [generation]);
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    forgotten.unregister(this);
    if (this.#link.epoch === this.#epoch) this.#link.notify('dispose', [this.#number]);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #check(): void {
    if (this.#disposed) throw new AttentionError('disposed', 'this model was disposed');
    if (this.#link.closed) throw new AttentionError('disposed', 'the engine of this model was disposed');
    if (this.#link.epoch !== this.#epoch) {
      throw new AttentionError('disposed', 'this model went down with its worker; load it again');
    }
  }
}
