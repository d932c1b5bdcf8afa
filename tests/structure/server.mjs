// The static server of `npm start`, asked for what a page, a cache and a prankster ask for.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../../web/scripts/server.mjs';

/** Sends `path` exactly as it is (fetch would tidy it). Resolves to `{status, headers, body}`. */
const ask = (port, path, { method = 'GET', headers = {} } = {}) =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      let body = '';
      answer.setEncoding('latin1').on('data', (chunk) => (body += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });

/** Each `[name, what is asked, the answer's test]`. */
const kQuestions = [
  [
    'a folder gives its index.html',
    '/',
    {},
    ({ body, headers }) => body === 'page' && headers['content-type'].startsWith('text/html'),
  ],
  [
    'a folder without a slash redirects',
    '/demo?a=1',
    {},
    ({ status, headers }) => status === 301 && headers.location === '/demo/?a=1',
  ],
  ['wasm has its type', '/core.wasm', {}, ({ headers }) => headers['content-type'] === 'application/wasm'],
  [
    'weights are bytes',
    '/model.safetensors',
    {},
    ({ headers }) => headers['content-type'] === 'application/octet-stream',
  ],
  [
    'caches ask again',
    '/core.wasm',
    {},
    ({ headers }) => headers['cache-control'] === 'no-cache' && Boolean(headers.etag),
  ],
  ['HEAD has no body', '/', { method: 'HEAD' }, ({ status, body }) => status === 200 && body === ''],
  ['only reading is allowed', '/', { method: 'POST' }, ({ status }) => status === 405],
  ['what is not there is not found', '/missing', {}, ({ status }) => status === 404],
  ['dots do not lead out', '/../secret.txt', {}, ({ status }) => status === 404],
  ['escaped dots do not lead out', '/%2e%2e/secret.txt', {}, ({ status }) => status === 404],
  ['a folder that begins alike is outside', '/../site-secret/x.txt', {}, ({ status }) => status === 404],
  ['malformed escapes are not found', '/%zz', {}, ({ status }) => status === 404],
  ['a redirect stays on this host', '//demo', {}, ({ headers }) => !headers.location?.startsWith('//')],
  [
    'the content policy is sent',
    '/',
    {},
    ({ headers }) => headers['content-security-policy'].includes("script-src 'self' 'wasm-unsafe-eval'"),
  ],
  [
    'only the page that offers models of the hub may ask it',
    '/demo/',
    {},
    ({ headers }) => !headers['content-security-policy'].includes('huggingface.co'),
  ],
];

function makeSite() {
  const folder = mkdtempSync(join(tmpdir(), 'attention-playground-server-'));
  for (const name of ['site/demo', 'site-secret']) mkdirSync(join(folder, name), { recursive: true });
  const files = { 'site/index.html': 'page', 'site/demo/index.html': 'demo', 'site/core.wasm': '\0asm' };
  Object.assign(files, { 'site/model.safetensors': 'x', 'secret.txt': 'secret', 'site-secret/x.txt': 'secret' });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Runs the questions; resolves to `[{name, complaints}]`. */
export async function checkServer() {
  const folder = makeSite();
  const first = await serve(join(folder, 'site'), 8460);
  const second = await serve(join(folder, 'site'), first.port);
  try {
    const results = [];
    for (const [name, path, options, holds] of kQuestions) {
      const answer = await ask(first.port, path, options);
      const found = `${path}: ${answer.status} ${JSON.stringify(answer.headers)} ${answer.body.slice(0, 40)}`;
      results.push({ name: `server: ${name}`, complaints: holds(answer) ? [] : [found] });
    }
    const { headers } = await ask(first.port, '/core.wasm');
    const again = await ask(first.port, '/core.wasm', { headers: { 'If-None-Match': headers.etag } });
    results.push({
      name: 'server: an unchanged file is not sent again',
      complaints: again.status === 304 ? [] : [`${again.status}`],
    });
    const moved = second.port > first.port && (await ask(second.port, '/')).body === 'page';
    results.push({ name: 'server: a taken port gives the next free one', complaints: moved ? [] : [`${second.port}`] });
    return results;
  } finally {
    first.close();
    second.close();
    rmSync(folder, { recursive: true });
  }
}
