/** The one thing that the engine takes from Node; Node's own types would change the browser's (`setTimeout`). */
declare module 'node:fs/promises' {
  export function readFile(path: URL): Promise<Uint8Array<ArrayBuffer>>;
}
