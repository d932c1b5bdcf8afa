import { AttentionError } from './error.ts';
import type { NativeHandle, NativeModule } from './native.ts';
import type { Build } from './types.ts';

/**
 * One instance of the module and the only way into it. Errors that C++ names come out as `AttentionError`; anything
 * else (trap, abort, stack overflow) may have left memory in any state, so the instance is never entered again.
 */
export class Core {
  readonly build: Build;
  #module: NativeModule | null;
  #entered = false;
  #ending = '';
  readonly #handles = new Set<WeakRef<NativeHandle>>();

  constructor(module: NativeModule, build: Build) {
    this.#module = module;
    this.build = build;
  }

  /** Why calls fail from now on: the trap that broke the instance, or '' while it works. */
  get brokenBy(): string {
    return this.#ending;
  }

  get disposed(): boolean {
    return this.#module === null && this.#ending === '';
  }

  /** Runs `work` on the module. Throws `engine_broken`, `engine_busy`, `disposed`, or what `work` throws. */
  call<T>(work: (module: NativeModule) => T): T {
    const module = this.#enter();
    this.#entered = true;
    try {
      return work(module);
    } catch (error) {
      throw this.#named(error);
    } finally {
      this.#entered = false;
    }
  }

  /** Makes an object in the module known, so that the collector leaves it alone once the instance is broken. */
  adopt(handle: NativeHandle): void {
    for (const known of this.#handles) if (!known.deref()) this.#handles.delete(known);
    this.#handles.add(new WeakRef(handle));
  }

  /** Forgets the module; the collector takes its memory. */
  dispose(): void {
    this.#module = null;
  }

  #enter(): NativeModule {
    if (this.#ending) {
      throw new AttentionError('engine_broken', `this engine stopped after ${this.#ending}; init() gives a fresh one`);
    }
    if (!this.#module) throw new AttentionError('disposed', 'this engine was disposed');
    if (this.#entered) {
      throw new AttentionError(
        'engine_busy',
        'an edit callback called the engine, which is in the middle of that very run',
      );
    }
    return this.#module;
  }

  #named(error: unknown): AttentionError {
    if (error instanceof AttentionError) return error;
    const code = (error as { code?: unknown } | null)?.code;
    if (error instanceof Error && typeof code === 'string') return new AttentionError(code, error.message);
    if (isArgumentError(error)) return new AttentionError('argument_type', error.message, { cause: error });
    this.#ending = describe(error);
    this.#module = null;
    for (const handle of this.#handles) abandon(handle.deref());
    return new AttentionError('engine_broken', `the engine stopped: ${this.#ending}; init() gives a fresh one`, {
      cause: error,
    });
  }
}

/** Embind refuses a JavaScript value of the wrong kind before C++ runs: nothing is broken by it. */
function isArgumentError(error: unknown): error is Error {
  return error instanceof TypeError || (error instanceof Error && error.name === 'BindingError');
}

/**
 * Embind runs the destructor of a handle that is collected, which must not happen in a broken instance. One owner
 * more than there are lets `delete` take the handle off the collector's list without running it.
 */
function abandon(object: NativeHandle | undefined): void {
  const handle = object as (NativeHandle & { $$?: { count: { value: number }; ptr: unknown } }) | undefined;
  if (!handle?.$$?.ptr) return;
  ++handle.$$.count.value;
  handle.delete();
}

function describe(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return 'an exception without a name';
}
