// node web/scripts/package.mjs [folder]: the npm package in dist/package (or there), ready for `npm pack`. It bundles what it needs, so it
// has no dependencies and works from any file host; the wasm modules lie beside it under generated/.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';
import { StepError, reportFailure } from '../../wasm/toolchain/shell.mjs';
import { writeDeclarations } from './declarations.mjs';
import { formulasModule } from './formulas.mjs';
import { kRoot } from './repository.mjs';

const kSource = join(kRoot, 'web/src');
const kGenerated = join(kSource, 'engine/generated');
const kBinaries = ['core.wasm', 'core-relaxed.wasm'];

/** Entries of the package: published name, source. The element's is the one file that acts on import. */
export const kEntries = {
  index: 'index.ts',
  'index.node': 'index.node.ts',
  element: 'elements/index.ts',
  plots: 'plots/index.ts',
  rooms: 'elements/lineage/index.ts',
  arrays: 'arrays/index.ts',
};
/** Pictures that an entry asks for beside itself. */
const kPictures = join(kSource, 'elements/lineage/pictures');

/** Two addresses change when sources become bundles: the worker's file, and one in the glue that is never used. */
const addresses = {
  name: 'addresses',
  setup(hooks) {
    const replace = (filter, from, to) =>
      hooks.onLoad({ filter }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes(from)) throw new StepError(`${path} does not hold ${from} any more`);
        return { contents: text.replace(from, to), loader: path.endsWith('.ts') ? 'ts' : 'js' };
      });
    replace(/engine\/connect\.ts$/, "'./worker.ts'", "'./worker.js'");
    // Bundlers would look for a file beside the bundle; the engine hands the compiled module in.
    replace(/generated\/core\.js$/, 'new URL("core.wasm",import.meta.url).href', '"core.wasm"');
  },
};

/** What Vite gives the site by plugins and by `?inline`: formulas and their lines of C++, style sheets as text. */
const parts = {
  name: 'parts',
  setup(hooks) {
    hooks.onResolve({ filter: /^virtual:formulas$/ }, ({ path }) => ({ path, namespace: 'formulas' }));
    hooks.onLoad({ filter: /./, namespace: 'formulas' }, () => ({ contents: formulasModule(kRoot) }));
    hooks.onResolve({ filter: /\.css\?inline$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace('?inline', '')),
      namespace: 'style-sheet',
    }));
    hooks.onLoad({ filter: /./, namespace: 'style-sheet' }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: code, loader: 'text' };
    });
  },
};

const kShared = {
  bundle: true,
  format: 'esm',
  target: ['chrome111', 'firefox114', 'safari16.4', 'node20.19'],
  minify: true,
  sourcemap: true,
  // The comment in each bundle points to the notices of what it holds.
  legalComments: 'none',
  plugins: [addresses, parts],
  external: ['node:*'],
  logLevel: 'warning',
};

/** Bundles those of `names` (keys of `kEntries`) whose sources exist, and the worker, into `folder`. */
export async function bundle(folder, names = Object.keys(kEntries)) {
  if (!kBinaries.every((name) => existsSync(join(kGenerated, name)))) {
    throw new StepError('the wasm modules are not built', 'run: node wasm/toolchain/build.mjs wasm');
  }
  const entryPoints = Object.fromEntries(names.map((name) => [name, join(kSource, kEntries[name])]));
  await build({ ...kShared, entryPoints, outdir: folder, splitting: true, chunkNames: 'chunks-[hash]' });
  // The worker is one file without imports: bundlers may then copy it as it is.
  await build({ ...kShared, entryPoints: { worker: join(kSource, 'engine/worker.ts') }, outdir: folder });
  mkdirSync(join(folder, 'generated'), { recursive: true });
  for (const name of kBinaries) cpSync(join(kGenerated, name), join(folder, 'generated', name));
  if (names.includes('rooms')) {
    const isShipped = (path) => path === kPictures || path.endsWith('.png');
    cpSync(kPictures, join(folder, 'pictures'), { recursive: true, filter: isShipped });
  }
}

/** What npm reads. Everything the repository's own manifest says of the project is taken from there. */
function manifest() {
  const { name, version, description, keywords, license, engines } = JSON.parse(
    readFileSync(join(kRoot, 'package.json'), 'utf8'),
  );
  const entry = (file, more = {}) => ({ types: `./${file}.d.ts`, ...more, default: `./${file}.js` });
  return {
    name,
    version,
    description,
    keywords,
    license,
    type: 'module',
    engines,
    sideEffects: ['./element.js', './rooms.js', './worker.js'],
    exports: {
      '.': entry('index', { node: './index.node.js' }),
      './element': entry('element'),
      './plots': entry('plots'),
      './rooms': entry('rooms'),
      './arrays': entry('arrays'),
      './worker': entry('worker'),
      './core.wasm': './generated/core.wasm',
      './core-relaxed.wasm': './generated/core-relaxed.wasm',
      './package.json': './package.json',
    },
    types: './index.d.ts',
    files: ['*.js', '*.js.map', '**/*.d.ts', 'generated/*.wasm', 'pictures/*.png', 'THIRD-PARTY.txt'],
  };
}

async function buildPackage(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await bundle(folder);
  writeDeclarations(kSource, kEntries, folder);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  for (const name of ['README.md', 'THIRD-PARTY.txt']) cpSync(join(kRoot, 'web/package', name), join(folder, name));
  cpSync(join(kRoot, 'LICENSE'), join(folder, 'LICENSE'));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildPackage(resolve(process.argv[2] ?? join(kRoot, 'dist/package'))).catch((error) => {
    process.exitCode = reportFailure(error);
  });
}
