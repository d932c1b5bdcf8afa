import type { Core } from './core.ts';
import { callbackEdits, expandEdits } from './edits.ts';
import { AttentionError, checkOptions } from './error.ts';
import { checkGenerateOptions, startGeneration, type Generation } from './generation.ts';
import { describeModel, readNotes } from './info.ts';
import { expandStations } from './names.ts';
import type { NativeModel } from './native.ts';
import { readPreprocessor } from './picture.ts';
import { readInput, type Reader, type Reading } from './reading.ts';
import { openTokenizer, type Watch } from './text/tokenizer.ts';
import type {
  Encoded,
  GenerateOptions,
  LoadOptions,
  Model,
  ModelFiles,
  ModelInfo,
  ModelInput,
  Run,
  Step,
  SyncRunOptions,
  TextInput,
} from './types.ts';
import { openWeights } from './weightSource.ts';

const kRunOptions = ['record', 'edits', 'logits', 'edit'] as const;
/** A generation on this thread lets the page breathe at least this often. */
const kBreathMilliseconds = 12;

/** Builds a model from its files. Throws the core's codes, `file_fetch` and `tokenizer_invalid`. */
export async function openModel(
  core: Core,
  { config, weights, tokenizer, preprocessor }: ModelFiles,
  quantize?: LoadOptions['quantize'],
  watch?: Watch,
): Promise<LocalModel> {
  if (quantize !== undefined && quantize !== 'int8') {
    throw new AttentionError('argument_type', `loadModel: found quantize "${quantize}", expected "int8"`);
  }
  const source = await openWeights(weights);
  // Embind's declarations allow null for any pointer; a model that cannot be made throws instead.
  const native = core.call((module) => module.Model.load(config, source, quantize === 'int8')) as NativeModel;
  core.adopt(native);
  try {
    const nativeInfo = core.call(() => native.info());
    const reader: Reader = {
      info: nativeInfo,
      notes: readNotes(config),
      tokenizer: nativeInfo.image ? null : await openTokenizer(tokenizer ?? '', nativeInfo.vocab_size, watch),
      preprocessor: nativeInfo.image ? readPreprocessor(preprocessor, nativeInfo.image) : null,
    };
    return new LocalModel(core, native, reader);
  } catch (error) {
    if (!core.brokenBy && !core.disposed) core.call(() => native.delete());
    throw error;
  }
}

/** A model on this thread. It owns C++ memory until `dispose()`, or until the collector finds it forgotten. */
export class LocalModel implements Model {
  readonly info: ModelInfo;
  readonly #core: Core;
  readonly #reader: Reader;
  #native: NativeModel | null;

  constructor(core: Core, native: NativeModel, reader: Reader) {
    this.#core = core;
    this.#native = native;
    this.#reader = reader;
    this.info = describeModel(reader.info, reader.notes, reader.tokenizer?.vocabulary ?? []);
  }

  encode(input: ModelInput): Encoded {
    return this.#read(input).encoded;
  }

  run(input: ModelInput, options: SyncRunOptions = {}): Run {
    checkOptions('run', options, kRunOptions);
    const { logits = 'all' } = options;
    if (logits !== 'all' && logits !== 'last') {
      throw new AttentionError('argument_range', `logits: found ${String(logits)}, expected 'all' or 'last'`);
    }
    const { text, encoded, native: read } = this.#read(input);
    const { stations } = this.info;
    const record = expandStations(options.record ?? [], stations);
    const callbacks = callbackEdits(options.edit ?? {}, stations);
    const edits = [...expandEdits(options.edits ?? [], stations), ...callbacks.edits];
    const begun = performance.now();
    const result = this.#call((native) =>
      native.run(read.ids, { ...read, record, edits, lastOnly: logits === 'last' }),
    );
    const milliseconds = performance.now() - begun;
    callbacks.rethrow();
    return { text, ...encoded, ...result, milliseconds };
  }

  /** Reads the prompt and makes ready to draw tokens; `generate` is this with an iterator around it. */
  begin(input: string | TextInput, options: GenerateOptions = {}): Generation {
    checkGenerateOptions(options);
    const { text, encoded, native: read } = this.#read(input);
    const sampler = {
      begin: (...args: Parameters<NativeModel['begin']>) => this.#call((native) => native.begin(...args)),
      step: (handle: number) => this.#call((native) => native.step(handle)),
      end: (handle: number) => {
        if (this.#native && !this.#core.brokenBy) this.#call((native) => native.end(handle));
      },
    };
    const written = encoded.source ? ((input as Partial<TextInput>).target ?? '') : text;
    const start = {
      text: written,
      ids: read.ids,
      source: read.source,
      edits: expandEdits(options.edits ?? [], this.info.stations),
      endIds: this.#reader.notes.endIds,
      room: encoded.source ? this.info.n_ctx - read.ids.length + 1 : Infinity,
      write: this.#reader.tokenizer?.writer(written) ?? String,
    };
    return startGeneration(sampler, start, options);
  }

  async *generate(input: string | TextInput, options: GenerateOptions = {}): AsyncGenerator<Step, void> {
    const { signal } = options;
    signal?.throwIfAborted();
    const generation = this.begin(input, options);
    let breath = performance.now();
    try {
      for (let step = generation.next(); step; step = generation.next()) {
        yield step;
        if (performance.now() - breath > kBreathMilliseconds) {
          await new Promise((resolve) => setTimeout(resolve));
          breath = performance.now();
        }
        signal?.throwIfAborted();
      }
    } finally {
      generation.end();
    }
  }

  dispose(): void {
    const native = this.#native;
    this.#native = null;
    if (native && !this.#core.brokenBy && !this.#core.disposed) this.#core.call(() => native.delete());
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #read(input: ModelInput): Reading {
    this.#open();
    return readInput(this.#reader, input);
  }

  #open(): NativeModel {
    if (!this.#native) throw new AttentionError('disposed', 'this model was disposed');
    return this.#native;
  }

  #call<T>(work: (native: NativeModel) => T): T {
    const native = this.#open();
    return this.#core.call(() => work(native));
  }
}
