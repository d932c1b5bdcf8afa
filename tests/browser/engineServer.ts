import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const kTypes: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Keeps hold of the workers that a page starts, for a script before it: `workers`. */
export const kWorkers = `
globalThis.workers = [];
globalThis.Worker = class extends Worker {
  constructor(...args) { super(...args); globalThis.workers.push(this); }
};`;

export interface TestServer {
  url: string;
  /** Paths asked for so far. */
  asked: string[];
  close(): Promise<void>;
}

/** What a server gives: files of folders by the first part of the path, and texts or bytes by their whole path. */
export interface Served {
  folders?: Record<string, string>;
  files?: Record<string, string | Uint8Array>;
  headers?: Record<string, string>;
}

/** Starts a server on a free port of this machine. */
export async function serveForTest({ folders = {}, files = {}, headers = {} }: Served): Promise<TestServer> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    asked.push(path);
    const body = files[path] ?? (await readMounted(folders, path));
    answer(response, path, body, headers);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}`, asked, close: () => close(server) };
}

async function readMounted(folders: Record<string, string>, path: string): Promise<Uint8Array | null> {
  const [, mount = '', ...rest] = normalize(path).split('/');
  const folder = folders[mount];
  return folder ? readFile(join(folder, ...rest)).catch(() => null) : null;
}

function answer(
  response: ServerResponse,
  path: string,
  body: string | Uint8Array | null,
  headers: Record<string, string>,
): void {
  if (body === null) {
    response.writeHead(404).end();
    return;
  }
  const type = kTypes[extname(path)] ?? 'application/octet-stream';
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body), ...headers }).end(body);
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
