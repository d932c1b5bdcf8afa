import { readFile } from 'node:fs/promises';
import { compileFromUrl } from './compile.ts';
import { fetchFromNetwork, type Fetch } from './download.ts';
import { initIn } from './init.ts';
import { threadPort } from './thread.ts';

/** Node's own fetch refuses addresses of files; a file that is not there answers as a server would. */
const fetchOrRead: Fetch = async (url, init) => {
  if (url.protocol !== 'file:') return fetchFromNetwork(url, init);
  try {
    return new Response(await readFile(url));
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return new Response(null, { status: 404 });
    throw error;
  }
};

/** Starts an engine. In Node the module is read from disk, and `worker: true` gives the same promises on this thread. */
export const init = initIn({
  binaries: {
    simd: new URL('./generated/core.wasm', import.meta.url),
    relaxed: new URL('./generated/core-relaxed.wasm', import.meta.url),
    compile: async (url) => (url.protocol === 'file:' ? WebAssembly.compile(await readFile(url)) : compileFromUrl(url)),
  },
  rungs: [threadPort],
  fetch: fetchOrRead,
});
