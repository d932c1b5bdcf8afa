import type { CompiledCore } from './compile.ts';
import { AttentionError, fromPlainError } from './error.ts';
import type { Answer, Method, Methods, Port } from './protocol.ts';
import type { Encoding } from './types.ts';

interface Pending {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Buffers among the arguments that the worker may keep. */
  transfer?: Transferable[];
}

export interface LinkOptions {
  rungs: readonly (() => Port | Promise<Port>)[];
  compiled: Promise<CompiledCore>;
  /** A worker that is silent for so long while calls wait is replaced; 0 waits for ever. Milliseconds. */
  timeout: number;
  onRestart(reason: string): void;
}

/** A rung whose worker says nothing for so long is given up. */
const kStartMilliseconds = 20_000;

const kGraceMilliseconds = 200;

/** The page's end of the line to a worker: calls, cancelling, and a new worker when the old one has failed. */
export class Link {
  readonly #options: LinkOptions;
  readonly #pending = new Map<number, Pending>();
  #port: Promise<Port>;
  #next = 1;
  #epoch = 0;
  #closed = false;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  /** Runs while the worker does what must end within a time. */
  #limit: ReturnType<typeof setTimeout> | undefined;
  encodings: Encoding[] = [];

  constructor(options: LinkOptions) {
    this.#options = options;
    // Its failure is told by the rungs; where none gets that far, nobody else listens.
    options.compiled.catch(() => {});
    this.#port = this.#connect();
  }

  /** Counts the workers so far: what was opened in an earlier one is gone. */
  get epoch(): number {
    return this.#epoch;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when the worker has answered for the first time. */
  async ready(): Promise<void> {
    await this.#port;
  }

  /** Throws `disposed` after `close`. */
  checkOpen(): void {
    if (this.#closed) throw new AttentionError('disposed', 'this engine was disposed');
  }

  async call<M extends Method>(
    method: M,
    args: Parameters<Methods[M]>,
    options: CallOptions = {},
  ): Promise<ReturnType<Methods[M]>> {
    this.checkOpen();
    options.signal?.throwIfAborted();
    const epoch = this.#epoch;
    const port = await this.#port;
    this.checkOpen();
    if (epoch !== this.#epoch) throw restarted('another call ended it');
    return this.#send(port, { id: this.#next++, method, args }, options) as Promise<ReturnType<Methods[M]>>;
  }

  /** Asks for something whose answer nobody needs. */
  notify<M extends Method>(method: M, args: Parameters<Methods[M]>): void {
    if (!this.#closed) this.call(method, args).catch(() => {});
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#drop(new AttentionError('disposed', 'this engine was disposed'));
  }

  #send(
    port: Port,
    request: { id: number; method: Method; args: unknown[] },
    { signal, transfer = [] }: CallOptions,
  ): Promise<unknown> {
    signal?.throwIfAborted();
    const { id, method } = request;
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        if (!this.#pending.delete(id)) return;
        port.post({ cancel: id }, []);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const settle =
        (finish: (value: unknown) => void) =>
        (value: unknown): void => {
          signal?.removeEventListener('abort', cancel);
          finish(value);
        };
      this.#pending.set(id, { resolve: settle(resolve), reject: settle(reject) });
      try {
        port.post(request, transfer);
      } catch (error) {
        // What structured cloning refuses never left this thread.
        this.#pending.delete(id);
        settle(reject)(new AttentionError('argument_type', `${method}: ${(error as Error).message}`, { cause: error }));
        return;
      }
      this.#watch();
    });
  }

  /** Tries the rungs in order until a worker has started. */
  async #connect(): Promise<Port> {
    let failure: unknown;
    for (const rung of this.#options.rungs) {
      let port: Port | undefined;
      try {
        port = await rung();
        const { encodings } = await this.#start(port);
        this.encodings = encodings;
        this.#listen(port);
        return port;
      } catch (error) {
        port?.close();
        // What has a code would fail in the same way on every rung.
        if (error instanceof AttentionError) throw error;
        failure = error;
      }
    }
    throw new AttentionError('engine_unsupported', `no worker could be started: ${(failure as Error).message}`, {
      cause: failure,
    });
  }

  #start(port: Port): Promise<{ encodings: Encoding[] }> {
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout>;
      const finish = (action: () => void): void => {
        clearTimeout(timer);
        action();
      };
      port.onFailure = (reason) => finish(() => reject(new Error(reason)));
      port.onAnswer = (answer) =>
        finish(() => {
          if ('result' in answer) resolve(answer.result as { encodings: Encoding[] });
          else if ('error' in answer) reject(fromPlainError(answer.error));
          else reject(new Error('fatal' in answer ? answer.fatal : 'the worker gave no answer'));
        });
      // The worker's file and the module are under way at the same time.
      this.#options.compiled.then((compiled) => {
        timer = setTimeout(() => reject(new Error('the worker did not answer')), kStartMilliseconds);
        port.post({ id: 0, method: 'start', args: [compiled] }, []);
      }, reject);
    });
  }

  #listen(port: Port): void {
    // What an old worker still had to say must not end the new one.
    const epoch = this.#epoch;
    port.onFailure = (reason) => {
      if (epoch === this.#epoch) this.#restart(reason);
    };
    port.onAnswer = (answer: Answer) => {
      if (epoch !== this.#epoch) return undefined;
      if ('fatal' in answer) return this.#restart(answer.fatal);
      if ('within' in answer) return this.#limitTo(answer.within);
      const pending = this.#pending.get(answer.id);
      this.#pending.delete(answer.id);
      if ('error' in answer) pending?.reject(fromPlainError(answer.error));
      else pending?.resolve(answer.result);
      return this.#watch();
    };
  }

  #limitTo(milliseconds: number): void {
    clearTimeout(this.#limit);
    if (milliseconds <= 0) return;
    const reason = `the tokenizer took longer than ${milliseconds / 1000} s`;
    // Where this thread was asleep the worker's word that it has finished may still be on its way.
    const late = (): void => void (this.#limit = setTimeout(() => this.#restart(reason), kGraceMilliseconds));
    this.#limit = setTimeout(late, milliseconds);
  }

  /** (Re)starts the clock of silence; it runs only while somebody waits. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    const { timeout } = this.#options;
    if (timeout <= 0 || this.#pending.size === 0) return;
    this.#watchdog = setTimeout(() => this.#restart(`no answer for ${timeout} ms`), timeout);
  }

  #restart(reason: string): void {
    if (this.#closed) return;
    this.#drop(restarted(reason));
    ++this.#epoch;
    this.#port = this.#connect();
    this.#port.catch(() => {});
    this.#options.onRestart(reason);
  }

  #drop(error: AttentionError): void {
    clearTimeout(this.#watchdog);
    clearTimeout(this.#limit);
    this.#port.then(
      (port) => port.close(),
      () => {},
    );
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(error);
  }
}

function restarted(reason: string): AttentionError {
  return new AttentionError('engine_restarted', `the worker was replaced (${reason}); load the model again`);
}
