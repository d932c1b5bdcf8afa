// node tests/sizes.mjs [--print]: the files that a visitor downloads against the ceilings of sizes.json.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const brotli = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;

/** Sizes of a group of files as they travel, each compressed on its own: `{raw, brotli}` in bytes. */
function measure(paths) {
  const files = paths.map((path) => readFileSync(path));
  const total = (sizes) => sizes.reduce((sum, size) => sum + size, 0);
  return { raw: total(files.map((file) => file.length)), brotli: total(files.map(brotli)) };
}

/** Chunks that a page loads only when somebody asks for what they do, by the group that sizes.json knows. */
const kOnRequest = {
  'scripts for own models': /^(own-model|chosenFiles|llama2c|vocabularyFiles)-/,
  'scripts for other families': /^(other-families)-/,
  'scripts for saving and checking': /^(model-tools|arrays|safetensorsHeader)-/,
};
/** Chunks that come to the playground with those, and that other pages need from the start. */
const kShared = { 'scripts for saving and checking': /^(heatmap|matrix)-/ };
const isOnRequest = (asset) => Object.values(kOnRequest).some((names) => names.test(asset));

/** A chunk's list of what those that it asks for on request lead to; they name it themselves. */
const kAhead = /__vite__mapDeps=.*?\.map\(/s;

/** What the file at `path` leads to, found by following the names in the texts; without what is loaded on request. */
function filesFrom(site, path) {
  const assets = readdirSync(join(site, 'assets'));
  const found = new Set();
  const follow = (from) => {
    const text = readFileSync(from, 'utf8').replace(kAhead, '');
    for (const asset of assets.filter((one) => !found.has(one) && !isOnRequest(one) && text.includes(one))) {
      found.add(asset);
      if (/\.(js|css)$/.test(asset)) follow(join(site, 'assets', asset));
    }
  };
  follow(path);
  return [...found].map((asset) => join(site, 'assets', asset));
}

/** What is measured, by the name that sizes.json gives it. */
function groups(root) {
  const generated = (name) => join(root, 'web/src/engine/generated', name);
  const site = join(root, 'dist/site');
  const page = filesFrom(site, join(site, 'index.html'));
  // Of chunks of one name the largest counts: workers and pages have copies of some, and entries bear such names.
  const scripts = readdirSync(join(site, 'assets'))
    .filter((asset) => asset.endsWith('.js'))
    .sort((a, b) => statSync(join(site, 'assets', a)).size - statSync(join(site, 'assets', b)).size);
  const onRequest = Object.entries(kOnRequest).map(([group, names]) => {
    const chunks = new Map(
      scripts.flatMap((asset) => {
        const [, chunk] = names.exec(asset) ?? kShared[group]?.exec(asset) ?? [];
        return chunk === undefined ? [] : [[chunk, join(site, 'assets', asset)]];
      }),
    );
    return [group, [...chunks.values()]];
  });
  const scriptsOf = (name) => filesFrom(site, join(site, `${name}.html`)).filter((path) => path.endsWith('.js'));
  const modelFiles = (name) =>
    readdirSync(join(site, 'models', name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const models = existsSync(join(site, 'models')) ? readdirSync(join(site, 'models')) : [];
  const modelGroups = Object.fromEntries(models.map((name) => [`models/${name}`, modelFiles(name)]));
  const isFirst = (path) => !path.endsWith('.wasm') || basename(path).startsWith('core-relaxed');
  return {
    'core.wasm': [generated('core.wasm')],
    'core-relaxed.wasm': [generated('core-relaxed.wasm')],
    'core.js': [generated('core.js')],
    'core.wasm and core.js': [generated('core.wasm'), generated('core.js')],
    'core-relaxed.wasm and core.js': [generated('core-relaxed.wasm'), generated('core.js')],
    'scripts of the page': page.filter((path) => path.endsWith('.js')),
    ...Object.fromEntries(onRequest),
    'scripts of Mechanisms': scriptsOf('mechanisms'),
    'scripts of Lineage': scriptsOf('lineage'),
    'scripts of Claims checked': scriptsOf('claims'),
    // One of the two modules is loaded; the larger one stands for it.
    'first visit': [join(site, 'index.html'), ...page.filter(isFirst), ...(modelGroups['models/sentences'] ?? [])],
    ...modelGroups,
  };
}

/** Complaints about `found` against `ceilings`, both by name. A group without a ceiling is one. */
export function judgeSizes(ceilings, found) {
  const complain = (name, unit, size) =>
    size > ceilings[name][unit] ? [`${name}: ${size} bytes ${unit}, ceiling ${ceilings[name][unit]}`] : [];
  return Object.entries(found).map(([name, size]) => {
    if (!ceilings[name])
      return { name, complaints: [`${name}: ${size.raw} bytes, but no ceiling in tests/sizes.json`] };
    return { name, complaints: [...complain(name, 'raw', size.raw), ...complain(name, 'brotli', size.brotli)] };
  });
}

const measureAll = (root) =>
  Object.fromEntries(Object.entries(groups(root)).map(([name, paths]) => [name, measure(paths)]));

/** Measures the built site of the repository at `root`; counts, and prints what is too large. */
export function checkSizes(root, print) {
  const ceilings = JSON.parse(readFileSync(join(root, 'tests/sizes.json'), 'utf8')).ceilings;
  const results = judgeSizes(ceilings, measureAll(root));
  const noticed = judgeSizes({ a: { raw: 1, brotli: 9 } }, { a: { raw: 2, brotli: 2 }, b: { raw: 0, brotli: 0 } });
  const isBlind = noticed.some(({ complaints }) => complaints.length === 0);
  results.push({ name: 'too large files are noticed', complaints: isBlind ? ['they passed'] : [] });
  const failures = results.filter(({ complaints }) => complaints.length > 0);
  for (const { complaints } of failures) print(complaints.join('\n  '));
  return { passed: results.length - failures.length, failed: failures.length, skipped: 0 };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  for (const [name, { raw, brotli: small }] of Object.entries(measureAll(root))) {
    process.stdout.write(`${name}: ${raw} raw, ${small} brotli\n`);
  }
}
