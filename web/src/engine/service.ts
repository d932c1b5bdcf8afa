import { startEngine, type LocalEngine } from './engine.ts';
import { AttentionError, toPlainError } from './error.ts';
import type { Generation } from './generation.ts';
import { openModel, type LocalModel } from './model.ts';
import type { Answer, Method, Methods, Request } from './protocol.ts';
import type { Watch } from './text/tokenizer.ts';

/** Every method hears of the call's end by `signal`: the page no longer waits for the answer. */
type Handlers = {
  [M in Method]: (
    signal: AbortSignal,
    ...args: Parameters<Methods[M]>
  ) => ReturnType<Methods[M]> | Promise<ReturnType<Methods[M]>>;
};

/** The table of what a worker does: one row a method, over one engine and the models opened in it. */
function makeHandlers(state: { engine: LocalEngine | null }, watch: Watch): Handlers {
  const models = new Numbered<LocalModel>('model');
  const generations = new Numbered<Generation>('generation');
  const engine = (): LocalEngine => {
    if (!state.engine) throw new AttentionError('disposed', 'the engine has not started');
    return state.engine;
  };
  return {
    async start(_, compiled) {
      state.engine = await startEngine(compiled);
      return { encodings: state.engine.encodings() };
    },
    variants: () => engine().variants(),
    smoothingKernels: () => engine().smoothingKernels(),
    imageFilters: () => engine().imageFilters(),
    operate: (_, name, args) => (engine()[name] as (...args: unknown[]) => unknown)(...args),
    table(_, name, tokens, width, params, weight) {
      const table = engine().positions[name];
      if (!table) throw new AttentionError('encoding_unknown', `positions: found "${name}"`);
      return table(tokens, width, params, weight);
    },
    async load(signal, files, quantize) {
      const model = await openModel(engine().core, files, quantize, watch);
      if (signal.aborted) {
        model.dispose();
        throw signal.reason;
      }
      return { model: models.add(model), info: model.info };
    },
    encode: (_, model, input) => models.get(model).encode(input),
    run: (_, model, input, options) => models.get(model).run(input, options),
    begin: (_, model, input, options) => generations.add(models.get(model).begin(input, options)),
    step: (_, generation) => generations.get(generation).next(),
    end: (_, generation) => generations.take(generation)?.end(),
    dispose: (_, model) => models.take(model)?.dispose(),
    fail: (_, kind) => engine().core.call((module) => module.fail(kind)),
  };
}

/** Objects that the page knows by number. */
class Numbered<T> {
  readonly #items = new Map<number, T>();
  readonly #what: string;
  #next = 1;

  constructor(what: string) {
    this.#what = what;
  }

  add(item: T): number {
    this.#items.set(this.#next, item);
    return this.#next++;
  }

  get(number: number): T {
    const item = this.#items.get(number);
    if (!item) throw new AttentionError('disposed', `this ${this.#what} was disposed`);
    return item;
  }

  take(number: number): T | undefined {
    const item = this.#items.get(number);
    this.#items.delete(number);
    return item;
  }
}

/** Answers requests by `post`; results go as transfers, since nobody keeps them here. */
export function serve(post: (answer: Answer, transfer: Transferable[]) => void): (request: Request) => void {
  const state: { engine: LocalEngine | null } = { engine: null };
  const handlers = makeHandlers(state, (milliseconds, work) => {
    post({ within: milliseconds }, []);
    try {
      return work();
    } finally {
      post({ within: 0 }, []);
    }
  });
  const controllers = new Map<number, AbortController>();

  const answer = async (id: number, method: Method, args: unknown[]): Promise<void> => {
    const controller = new AbortController();
    controllers.set(id, controller);
    try {
      const handler = handlers[method] as (signal: AbortSignal, ...args: unknown[]) => unknown;
      const result = await handler(controller.signal, ...args);
      post({ id, result }, buffersOf(result));
    } catch (error) {
      const reason = state.engine?.core.brokenBy;
      post(reason ? { fatal: reason } : { id, error: toPlainError(error) }, []);
    } finally {
      controllers.delete(id);
    }
  };

  return (request) => {
    if ('cancel' in request) controllers.get(request.cancel)?.abort();
    else void answer(request.id, request.method, request.args);
  };
}

/** The buffers of the arrays in a result, each once. */
function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const inner of Object.values(value)) buffersOf(inner, found);
  }
  return [...found];
}
