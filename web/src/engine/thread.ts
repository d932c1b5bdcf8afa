import type { Port, Request } from './protocol.ts';

/** The same service without a worker: answers come later all the same, so that callers see one behaviour. */
export async function threadPort(): Promise<Port> {
  const { serve } = await import('./here.ts');
  let open = true;
  const later = (task: () => void): void => void setTimeout(() => open && task());
  const port: Port = {
    post: (request: Request) => later(() => receive(request)),
    onAnswer: () => {},
    onFailure: () => {},
    close() {
      open = false;
    },
  };
  const receive = serve((answer) => later(() => port.onAnswer(answer)));
  return port;
}
