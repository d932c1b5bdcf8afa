/** The worker's own file. It never imports the file that starts workers: bundlers would follow that circle for ever. */
import type { Request } from './protocol.ts';
import { serve } from './service.ts';
import { loadLibrary } from './text/tokenizer.ts';

interface WorkerScope {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Request>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const receive = serve((answer, transfer) => scope.postMessage(answer, transfer));
scope.addEventListener('message', (event) => receive(event.data));
// A worker is there for models: what reads their tokenizers may come while the model does.
void loadLibrary().catch(() => {});
