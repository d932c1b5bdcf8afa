/** The bytes of a file of the harness, in a page and in Node. */
export async function readAsset(path, assets) {
  const url = new URL(path, assets);
  if (url.protocol === 'file:') return (await import('node:fs/promises')).readFile(url);
  return (await fetch(url)).arrayBuffer();
}

/** Lets the harness call `methods`: by name in a page, by messages in a process that it forked. */
export function serve(methods) {
  globalThis.contender = methods;
  globalThis.process?.on?.('message', async ({ id, method, args }) => {
    try {
      globalThis.process.send({ id, value: await methods[method](...args) });
    } catch (error) {
      globalThis.process.send({ id, error: error.stack ?? String(error) });
    }
  });
}
