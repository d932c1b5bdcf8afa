// A static file server for the built site, with the headers that a host should send.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

const kTypes = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.safetensors': 'application/octet-stream',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** The policy that the site must live with: nothing from a foreign host, nothing inline, no eval. */
const kPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
].join('; ');

/** The hub of Hugging Face and its file hosts, for the page that offers to fetch models from there. */
const kHub = "; connect-src 'self' https://huggingface.co https://*.huggingface.co https://*.hf.co";

const kHeaders = {
  'Cache-Control': 'no-cache',
  'Content-Security-Policy': kPolicy,
  'X-Content-Type-Options': 'nosniff',
  // The element and its modules may be loaded by course sites elsewhere.
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** The file under `folder` that `url` names, or `null` for what lies outside or is malformed. */
function fileFor(folder, url) {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/)[0]);
  } catch {
    return null;
  }
  if (path.includes('\0')) return null;
  const file = normalize(join(folder, path));
  return file === folder || file.startsWith(folder + sep) ? file : null;
}

function answer(folder, request, response) {
  const fail = (status, text) => {
    response.writeHead(status, { ...kHeaders, 'Content-Type': 'text/plain; charset=utf-8' });
    response.end(`${text}\n`);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return fail(405, 'only GET and HEAD');
  let file = fileFor(folder, request.url);
  let status = file && statSync(file, { throwIfNoEntry: false });
  if (status?.isDirectory()) {
    const [path, query] = request.url.split(/(?=\?)/);
    if (!path.endsWith('/')) {
      response.writeHead(301, { ...kHeaders, Location: `${path.replace(/^\/+/, '/')}/${query ?? ''}` });
      return response.end();
    }
    file = join(file, 'index.html');
    status = statSync(file, { throwIfNoEntry: false });
  }
  if (!status?.isFile()) return fail(404, 'not found');
  const etag = `"${status.size.toString(36)}-${Math.round(status.mtimeMs).toString(36)}"`;
  const headers = { ...kHeaders, ETag: etag };
  if (file === join(folder, 'index.html')) headers['Content-Security-Policy'] += kHub;
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers);
    return response.end();
  }
  const type = kTypes[extname(file).toLowerCase()] ?? 'application/octet-stream';
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': status.size });
  if (request.method === 'HEAD') return response.end();
  const stream = createReadStream(file);
  stream.on('error', () => response.destroy());
  return stream.pipe(response);
}

const listen = (handler, port, host) =>
  new Promise((settle, reject) => {
    const server = createServer(handler);
    server.on('error', reject);
    server.listen(port, host, () => settle(server));
  });

/** Listens on `port` of both loopback addresses; `null` when another program holds one of them. */
async function listenOnLoopback(handler, port) {
  const servers = [];
  for (const host of ['127.0.0.1', '::1']) {
    try {
      servers.push(await listen(handler, port, host));
    } catch (error) {
      if (['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(error.code)) continue;
      for (const server of servers) server.close();
      if (error.code === 'EADDRINUSE') return null;
      throw error;
    }
  }
  return servers.length > 0 ? servers : null;
}

/** Serves `folder` on the first free port from `firstPort` on. Resolves to `{port, close()}`. */
export async function serve(folder, firstPort) {
  const root = resolve(folder);
  const handler = (request, response) => answer(root, request, response);
  for (let port = firstPort; port < firstPort + 100; ++port) {
    const servers = await listenOnLoopback(handler, port);
    if (!servers) continue;
    const close = () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    };
    return { port, close };
  }
  throw new Error(`no free port between ${firstPort} and ${firstPort + 99}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder = 'dist/site', port = '8080'] = process.argv.slice(2);
  const served = await serve(folder, Number(port));
  process.stdout.write(`http://localhost:${served.port}/\n`);
}
