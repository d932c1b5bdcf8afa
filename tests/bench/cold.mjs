// npm run bench:cold: how long a visitor waits for the first attention result, and how many bytes that takes: a fresh browser
// with a fresh profile opens a page that loads one library, computes one attention and says so. Beside it, a blank page.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { reportFailure } from '../../wasm/toolchain/shell.mjs';
import { prepare } from '../../web/scripts/site.mjs';
import { launch } from './engines.mjs';
import { ensurePeers, kBench } from './peers.mjs';
import { serveBench } from './server.mjs';
import { assembleCold, kColdPages } from './site.mjs';
import { coldTargets } from './targets.mjs';

const kTries = 5;

const print = (text) => process.stdout.write(`${text}\n`);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Size of `body` after brotli's best. That takes half a minute for ten megabytes, so the answer is kept. */
function brotliSize(body) {
  const file = join(kBench, 'brotli', createHash('sha256').update(body).digest('hex'));
  if (existsSync(file)) return Number(readFileSync(file, 'utf8'));
  const size = brotliCompressSync(body).length;
  mkdirSync(join(kBench, 'brotli'), { recursive: true });
  writeFileSync(file, String(size));
  return size;
}

/** One visit: milliseconds from asking for the page to its result, and what the server sent for it. */
async function visit(name) {
  const server = await serveBench({ isolated: false });
  const browser = await launch('chromium');
  try {
    const page = await browser.newPage();
    const start = performance.now();
    await page.goto(`${server.origin}/cold/${name}.html`, { waitUntil: 'load' });
    const [output, width] = await page.evaluate(() => globalThis.result);
    const milliseconds = performance.now() - start;
    // Every query attends to keys that are all alike, so the output is the mean of the values.
    if (name !== 'blank' && !(Math.abs(output - width) < 1e-5))
      throw new Error(`${name}: found ${output}, expected ${width}`);
    return { milliseconds, asked: server.asked };
  } finally {
    await browser.close();
    server.close();
  }
}

const sum = (values) => values.reduce((a, b) => a + b, 0);
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(bytes < 1e5 ? 1 : 0)} KB`;

async function measure() {
  const visits = Object.fromEntries(kColdPages.map((name) => [name, []]));
  // In turns, like everything that is compared here.
  for (let attempt = 0; attempt < kTries; ++attempt) {
    for (const name of kColdPages) visits[name].push(await visit(name));
  }
  return kColdPages.map((name) => {
    const times = visits[name].map(({ milliseconds }) => milliseconds);
    const { asked } = visits[name][0];
    const files = asked.map(({ path, body }) => ({ path, bytes: body.length, brotli: brotliSize(body) }));
    const [bytes, brotli] = ['bytes', 'brotli'].map((key) => sum(files.map((file) => file[key])));
    return { name, median: median(times), best: Math.min(...times), bytes, brotli, files };
  });
}

function report(rows) {
  const timeOf = (wanted) => rows.find(({ name }) => name === wanted).median;
  print('\npage    median    best      sent        brotli');
  for (const { name, median: middle, best, bytes, brotli } of rows) {
    const cells = [name.padEnd(7), `${middle.toFixed(0)} ms`.padEnd(9), `${best.toFixed(0)} ms`.padEnd(9)];
    print([...cells, kilobytes(bytes).padEnd(11), kilobytes(brotli)].join(' '));
  }
  const slower = timeOf('ours') / timeOf('blank');
  const faster = timeOf('ort') / timeOf('ours');
  const verdict = (holds) => (holds ? 'reached' : 'MISSED');
  print(
    `\nours / blank page: ${slower.toFixed(2)}, at most ${coldTargets.blank}: ${verdict(slower <= coldTargets.blank)}`,
  );
  print(`ort / ours: ${faster.toFixed(2)}, at least ${coldTargets.ort}: ${verdict(faster >= coldTargets.ort)}`);
}

try {
  if (!process.argv.includes('--no-build')) await prepare();
  await ensurePeers();
  await assembleCold();
  const rows = await measure();
  report(rows);
  writeFileSync(join(kBench, 'cold.json'), `${JSON.stringify(rows, null, 2)}\n`);
} catch (error) {
  process.exitCode = reportFailure(error);
}
