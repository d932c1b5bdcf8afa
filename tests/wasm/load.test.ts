import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kRelaxedProbe } from '../../web/src/engine/compile.ts';
import type { Engine, LoadOptions, ModelSource, WorkerEngine } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { codeOf, failureOf } from './errors.ts';
import { tinyFolder } from './folder.ts';

const files = tinyFolder();
const kBodies: Record<string, string | Uint8Array> = {
  'config.json': files.config,
  'model.safetensors': files.weights,
  'tokenizer.json': files.tokenizer,
};
const kBytes = Object.values(kBodies).reduce((sum, body) => sum + Buffer.byteLength(body), 0);

/** What each folder of the test server does with a file; `undefined` serves it as it is. */
const kFolders: Record<string, (name: string, response: ServerResponse) => boolean> = {
  whole: () => false,
  'no-tokenizer': (name, response) => name === 'tokenizer.json' && Boolean(response.writeHead(404).end()),
  gone: (_, response) => Boolean(response.writeHead(410).end()),
  'always-a-page': (_, response) =>
    Boolean(
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<!doctype html><title>App</title>'),
    ),
  failing: (_, response) => Boolean(response.writeHead(503).end()),
  breaking: (name, response) => {
    if (name !== 'model.safetensors') return false;
    response.writeHead(200, { 'Content-Length': 100_000 });
    response.write('x'.repeat(1000));
    setTimeout(() => response.destroy(), 20);
    return true;
  },
  endless: (name, response) => name === 'model.safetensors' && Boolean(response.writeHead(200).write('x')),
  compressed: (name, response) => {
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(kBodies[name]!));
    return true;
  },
};

let base = '';
const server = createServer((request, response) => {
  const [, folder = '', name = ''] = (request.url ?? '').split(/[/?]/);
  const body = kBodies[name];
  if (kFolders[folder]?.(name, response)) return;
  if (!kFolders[folder] || body === undefined) response.writeHead(404).end();
  else response.writeHead(200, { 'Content-Length': Buffer.byteLength(body) }).end(body);
});

let engines: Record<'here' | 'away', Engine | WorkerEngine>;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  base = `http://localhost:${(server.address() as AddressInfo).port}`;
  engines = { here: await init(), away: await init({ worker: true }) };
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe.each(['here', 'away'] as const)('loading a model %s', (place) => {
  const load = (source: ModelSource, options?: LoadOptions) => engines[place].loadModel(source, options);
  const loads = async (source: ModelSource, options?: LoadOptions) => {
    const model = await load(source, options);
    expect((await model.run('abc')).tokens).toEqual(['a', 'b', 'c']);
    model.dispose();
  };

  it('takes the address of a folder, with or without a slash, as text or URL', async () => {
    await loads(`${base}/whole/`);
    await loads(`${base}/whole`);
    await loads(new URL(`${base}/whole?version=1`));
  });

  it('takes a folder on disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attention-model-'));
    for (const [name, body] of Object.entries(kBodies)) writeFileSync(join(folder, name), body);
    await loads(pathToFileURL(folder));
    rmSync(join(folder, 'tokenizer.json'));
    expect(await failureOf(() => load(pathToFileURL(folder)))).toEqual({
      code: 'file_missing',
      message: expect.stringContaining('tokenizer.json'),
    });
    rmSync(folder, { recursive: true });
  });

  it('takes files by their names, and three files already read', async () => {
    const chosen = Object.entries(kBodies).map(([name, body]) => new File([body as BlobPart], name));
    await loads([new File(['?'], 'README.md'), ...chosen]);
    await loads(files);
    expect(await failureOf(() => load(chosen.slice(1)))).toEqual({
      code: 'file_missing',
      message: expect.stringMatching(/^config\.json: found model\.safetensors, tokenizer\.json/),
    });
    expect(await codeOf(() => load([]))).toBe('file_missing');
  });

  it('tells the bytes so far and in all', async () => {
    const seen: [number, number][] = [];
    await loads(`${base}/whole/`, { onProgress: (...bytes) => seen.push(bytes) });
    expect(seen.at(-1)).toEqual([kBytes, kBytes]);
    expect(seen.map(([loaded]) => loaded)).toEqual(seen.map(([loaded]) => loaded).sort((a, b) => a - b));
    const compressed: [number, number][] = [];
    await loads(`${base}/compressed/`, { onProgress: (...bytes) => compressed.push(bytes) });
    expect(compressed.at(-1)).toEqual([kBytes, 0]);
  });

  it.each([
    ['no-tokenizer', 'file_missing', /^tokenizer\.json: found nothing at http.*404/],
    ['nowhere', 'file_missing', /404/],
    ['gone', 'file_missing', /410/],
    ['always-a-page', 'file_missing', /found a web page/],
    ['failing', 'file_fetch', /503/],
    ['breaking', 'file_fetch', /^model\.safetensors: the connection broke/],
  ])('names what is wrong with the folder %s', async (folder, code, message) => {
    expect(await failureOf(() => load(`${base}/${folder}/`))).toEqual({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('names a server that cannot be reached', async () => {
    expect(await failureOf(() => load('http://localhost:1/model/'))).toEqual({
      code: 'file_fetch',
      message: expect.stringContaining('could not be reached'),
    });
  });

  it('stops a download by signal', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const loading = load(`${base}/endless/`, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 30);
    await expect(loading).rejects.toBe(reason);
    await expect(load(`${base}/whole/`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('the module itself', () => {
  it('can be given as bytes', async () => {
    const bytes = await (
      await import('node:fs/promises')
    ).readFile(new URL('../../web/src/engine/generated/core.wasm', import.meta.url));
    const engine = await init({ wasmBinary: bytes });
    expect(engine.build).toBe('simd');
    expect(engine.variants().length).toBeGreaterThan(0);
  });

  it('can be had from another address, and names it when it is not there', async () => {
    const found = new URL('../../web/src/engine/generated/core.wasm', import.meta.url);
    expect((await init({ wasmUrl: found })).build).toBe('simd');
    expect(await codeOf(() => init({ wasmUrl: `${base}/nowhere/core.wasm` }))).toBe('file_fetch');
    expect(await codeOf(() => init({ wasmUrl: `${base}/always-a-page/core.wasm` }))).toBe('file_fetch');
    expect(await codeOf(() => init({ wasmUrl: `${base}/whole/config.json` }))).toBe('engine_unsupported');
  });

  it('is taken in the build that was asked for, or refused where this engine lacks it', async () => {
    expect((await init({ build: 'simd' })).build).toBe('simd');
    const relaxed = await codeOf(async () =>
      expect((await init({ build: 'relaxed-simd' })).build).toBe('relaxed-simd'),
    );
    expect(relaxed).toBe(WebAssembly.validate(kRelaxedProbe) ? 'none' : 'engine_unsupported');
  });
});
