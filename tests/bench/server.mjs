// A server for the pages of the benchmark. Unlike the site's own it isolates them, since browsers round the clock of a page
// that is not isolated to 0.1 ms (Chromium) or 1 ms (Firefox).
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { kPeersModules } from './peers.mjs';
import { kSite } from './site.mjs';

const kTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};
const kIsolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const kMounts = [
  ['/peers/', kPeersModules],
  ['/', kSite],
];

/** Serves the site and, under /peers/, their packages. Resolves to `{origin, asked, close()}`; `asked` lists what was sent. */
export async function serveBench({ isolated = true } = {}) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    const [mount, folder] = kMounts.find(([prefix]) => path.startsWith(prefix));
    const body = await readFile(join(folder, path.slice(mount.length))).catch(() => null);
    if (!body) return response.writeHead(404).end();
    asked.push({ path, body });
    const type = kTypes[extname(path)] ?? 'application/octet-stream';
    const headers = { 'Content-Type': type, 'Content-Length': body.length, 'Cache-Control': 'no-store' };
    return response.writeHead(200, { ...headers, ...(isolated ? kIsolation : {}) }).end(body);
  });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://localhost:${server.address().port}`, asked, close };
}
