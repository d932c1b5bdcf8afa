import type { Answer, Port } from './protocol.ts';
import { threadPort } from './thread.ts';
import { trustedScriptUrl } from './trusted.ts';

type Rung = () => Port | Promise<Port>;

/**
 * Ways to a port, best first: a worker from its own URL; a worker from a blob that imports it (the package lies on
 * another host); this very thread (no worker allowed). Which one works shows only when its worker answers.
 */
export const browserRungs: readonly Rung[] = [ownWorker, blobWorker, threadPort];

function ownWorker(): Port {
  return workerPort(startWorker(TrustedWorker));
}

/** Bundlers find a worker's file by the words `new Worker(new URL(…))`, so the class that adds trust goes by that name. */
function startWorker(Worker: new (url: URL, options: WorkerOptions) => globalThis.Worker): globalThis.Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
}

const TrustedWorker = function (url: URL, options: WorkerOptions): globalThis.Worker {
  lastWorkerUrl = url;
  return new globalThis.Worker(trustedScriptUrl(url), options);
} as unknown as new (url: URL, options: WorkerOptions) => globalThis.Worker;

/** Where the bundler put the worker's file, learnt from the first attempt. */
let lastWorkerUrl: URL | undefined;

function blobWorker(): Port {
  if (!lastWorkerUrl) throw new Error('the address of the worker is unknown');
  const source = `import ${JSON.stringify(lastWorkerUrl.href)};`;
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  return workerPort(new globalThis.Worker(trustedScriptUrl(url), { type: 'module' }), () => URL.revokeObjectURL(url));
}

function workerPort(worker: Worker, release = (): void => {}): Port {
  const port: Port = {
    post: (request, transfer) => worker.postMessage(request, transfer),
    onAnswer: () => {},
    onFailure: () => {},
    close() {
      worker.terminate();
      release();
    },
  };
  worker.addEventListener('message', (event: MessageEvent<Answer>) => port.onAnswer(event.data));
  worker.addEventListener('messageerror', () => port.onFailure('a message could not be read'));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    port.onFailure(event.message || 'the worker could not start');
  });
  return port;
}
