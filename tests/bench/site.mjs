// Puts together what the pages load: this package as it is published, each contender's page, and the two little modules of
// this folder's C++.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { StepError, run } from '../../wasm/toolchain/shell.mjs';
import { bundle } from '../../web/scripts/package.mjs';
import { kRoot } from '../../web/scripts/repository.mjs';
import { kBench, kPeersFolder, kPeersModules } from './peers.mjs';

const kHere = join(kRoot, 'tests/bench');
export const kSite = join(kBench, 'site');
/** Node finds the peers from here by their names. */
export const kNodePages = join(kPeersFolder, 'pages');
export const kContenders = ['ours', 'ort', 'tfjs', 'scalar'];
const kPages = [...kContenders, 'peak'];
export const kColdPages = ['blank', 'ours', 'ort', 'tfjs'];

const kVectors = ['-msimd128'];
const kScalar = ['-fno-vectorize', '-fno-slp-vectorize'];
const kModules = {
  scalar: ['scalar.cpp', kScalar],
  peak: ['peak.cpp', kVectors],
  'peak-relaxed': ['peak.cpp', [...kVectors, '-mrelaxed-simd']],
};

/** A module with bare exports and no glue; made again when its source or flags change. */
async function compile(name, [source, flags]) {
  const input = join(kHere, source);
  const output = join(kSite, 'native', `${name}.wasm`);
  const common = ['-std=c++20', '-O3', '-fno-exceptions', '-fno-rtti', '-sSTANDALONE_WASM', '--no-entry'];
  const args = [...common, ...flags, '-sALLOW_MEMORY_GROWTH', '-sMAXIMUM_MEMORY=2GB', input, '-o', output];
  const hash = createHash('sha256').update(readFileSync(input)).update(args.join(' ')).digest('hex');
  const stamp = `${output}.hash`;
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  await run(join(kRoot, 'build/emscripten/em++'), args, { cwd: kRoot });
  writeFileSync(stamp, hash);
}

const entries = (folder, names) => Object.fromEntries(names.map((name) => [name, join(kHere, folder, `${name}.mjs`)]));
const html = (script) =>
  `<!doctype html><meta charset="utf-8" /><title>bench</title><script type="module" src="${script}"></script>\n`;

const kShared = { bundle: true, format: 'esm', logLevel: 'warning', target: 'es2022', outExtension: { '.js': '.mjs' } };

async function bundleOurs() {
  rmSync(join(kSite, 'ours'), { recursive: true, force: true });
  await bundle(join(kSite, 'ours'), ['index', 'index.node']);
}

/** What bench.mjs loads, anew from what is built now; `against` is the folder of another build of the package. */
export async function assemble(against) {
  rmSync(join(kSite, 'before'), { recursive: true, force: true });
  if (against && !existsSync(join(against, 'index.js'))) {
    throw new StepError(`--against: ${against} holds no index.js`, 'name the dist/package of another checkout.');
  }
  if (against) cpSync(against, join(kSite, 'before'), { recursive: true });
  mkdirSync(join(kSite, 'native'), { recursive: true });
  await bundleOurs();
  const entryPoints = entries('contenders', kPages);
  const external = ['node:*'];
  await build({ ...kShared, entryPoints, outdir: join(kSite, 'pages'), nodePaths: [kPeersModules], external });
  // In Node the peers load their own files, so they stay packages.
  await build({
    ...kShared,
    platform: 'node',
    entryPoints,
    outdir: kNodePages,
    alias: { 'onnxruntime-web/wasm': 'onnxruntime-web' },
    external: ['onnxruntime-web', '@tensorflow/*'],
  });
  for (const name of kPages) writeFileSync(join(kSite, `${name}.html`), html(`/pages/${name}.mjs`));
  for (const [name, module] of Object.entries(kModules)) await compile(name, module);
}

/** What cold.mjs loads: pages as a visitor would get them, minified. */
export async function assembleCold() {
  await bundleOurs();
  const outdir = join(kSite, 'cold');
  const entryPoints = entries('cold', kColdPages);
  const external = ['/ours/*', '/peers/*'];
  await build({ ...kShared, minify: true, entryPoints, outdir, external, nodePaths: [kPeersModules] });
  for (const name of kColdPages) writeFileSync(join(outdir, `${name}.html`), html(`/cold/${name}.mjs`));
}
