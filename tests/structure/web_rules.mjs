// Who may import whom in web/, demos/ and wasm/toolchain/. The same shape of rule as cpp_rules.mjs.
import { posix } from 'node:path';
import { findCycle, withoutComments } from './tree.mjs';

const kNode = /^node:/;
const kPackage = /^attention-playground(\/(element|plots|rooms|arrays))?$/;

/** Zones, the first match counts: what a file there may reach by path, and which packages by name. */
const kZones = [
  {
    zone: 'engine',
    files: /^web\/src\/engine\//,
    reach: ['engine'],
    packages: /^(@huggingface\/tokenizers|node:fs\/promises)$/,
  },
  { zone: 'arrays', files: /^web\/src\/arrays\//, reach: ['arrays', 'engine'], packages: /^fflate$/ },
  { zone: 'plots', files: /^web\/src\/plots\//, reach: ['plots'], packages: /^$/ },
  {
    zone: 'elements',
    files: /^web\/src\/elements\//,
    reach: ['elements', 'plots', 'engine', 'source'],
    packages: /^(lit(\/.*)?|virtual:formulas|papaparse)$/,
  },
  { zone: 'source', files: /^web\/src\/[^/]+$/, reach: ['source', 'engine', 'plots', 'elements'], packages: /^$/ },
  {
    zone: 'app',
    files: /^web\/app\//,
    reach: ['app', 'source', 'engine', 'plots', 'elements', 'arrays'],
    packages: /^(lit(\/.*)?|virtual:formulas)$/,
  },
  { zone: 'toolchain', files: /^wasm\/toolchain\//, reach: ['toolchain'], packages: kNode },
  { zone: 'scripts', files: /^web\/(scripts\/|vite\.config\.ts$)/, reach: ['scripts', 'toolchain'], packages: /./ },
];
const isCode = ({ path }) => /\.(ts|mts|js|mjs)$/.test(path);
const zoneOf = (path) => kZones.find(({ files }) => files.test(path));

/**
 * Every import of `text`: `{name, type}`, `type` true for those that leave no trace at run time. Static
 * and dynamic imports, re-exports and `new URL('code file', import.meta.url)` count.
 */
function importsOf(text) {
  const code = withoutComments(text);
  const statements = /\b(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]+?\sfrom\s*)?['"]([^'"]+)['"]/g;
  const calls =
    /\bimport\s*\(\s*['"`]([^'"`]+)['"`]|\bnew\s+URL\(\s*['"`]([^'"`]+\.(?:[mc]?[jt]s|wasm))['"`]\s*,\s*import\.meta\.url/g;
  return [
    ...[...code.matchAll(statements)].map(([, type, name]) => ({ name, type: Boolean(type), isStatic: true })),
    ...[...code.matchAll(calls)].map(([, dynamic, url]) => ({
      name: dynamic ?? asPath(url),
      type: false,
      isStatic: false,
    })),
  ];
}
/** A URL is relative even without a leading dot. */
const asPath = (url) => (/^(\.|\/|[a-z]+:)/.test(url) ? url : `./${url}`);

const targetOf = (from, name) => posix.normalize(posix.join(posix.dirname(from), name));
const judge = (files, fault) =>
  files.flatMap(({ path, text }) =>
    importsOf(text).flatMap(({ name }) => {
      const reason = fault(path, name);
      return reason ? [`${path} imports ${name}: ${reason}`] : [];
    }),
  );

function webArrow(path, name) {
  const { zone, reach, packages } = zoneOf(path);
  if (!name.startsWith('.')) return packages.test(name) ? null : `${zone} may not use this package`;
  const target = zoneOf(targetOf(path, name));
  if (!target) return 'outside web/src, web/app and the scripts';
  return reach.includes(target.zone) ? null : `${zone} may know only ${reach.join(', ')}`;
}

/** A demo uses the package by its name and its own files; its build configuration may use Vite. */
function demoArrow(path, name) {
  const own = path.split('/').slice(0, 2).join('/');
  if (name.startsWith('.'))
    return [own, 'demos/frame'].some((folder) => targetOf(path, name).startsWith(`${folder}/`))
      ? null
      : 'a demo knows its own folder and demos/frame';
  if (kPackage.test(name) || kNode.test(name)) return null;
  return /\/vite\.config\.\w+$/.test(path) && name === 'vite' ? null : 'demos know the published package only';
}

function importCycle(tree) {
  const files = tree.filter((file) => isCode(file) && zoneOf(file.path));
  const edges = files.map(({ path, text }) => {
    const followed = importsOf(text).filter(({ name, type, isStatic }) => isStatic && !type && name.startsWith('.'));
    return [path, followed.map(({ name }) => targetOf(path, name))];
  });
  const cycle = findCycle(new Map(edges));
  return cycle ? [`imports in a circle: ${cycle.join(' -> ')}`] : [];
}

const inZones = (tree) => tree.filter((file) => isCode(file) && zoneOf(file.path));
const strayFiles = (tree) =>
  tree
    .filter((file) => isCode(file) && file.path.startsWith('web/') && !zoneOf(file.path))
    .map(({ path }) => `${path} is in no zone`);

export const kWebRules = [
  {
    name: 'web/: imports follow the arrows of the design',
    check: (tree) => [...strayFiles(tree), ...judge(inZones(tree), webArrow)],
    broken: [{ path: 'web/src/plots/map.ts', text: "export { run } from '../engine/engine.ts';\n" }],
  },
  {
    name: 'demos import the published package, nothing else of the repository',
    check: (tree) =>
      judge(
        tree.filter((file) => isCode(file) && file.path.startsWith('demos/')),
        demoArrow,
      ),
    broken: [{ path: 'demos/sort/demo.ts', text: "const x = await import('../../web/src/index.ts');\n" }],
  },
  {
    name: 'no imports in a circle',
    check: importCycle,
    broken: [
      { path: 'web/src/plots/a.ts', text: "import { b } from './b.ts';\n" },
      { path: 'web/src/plots/b.ts', text: "import { a } from './a.ts';\n" },
    ],
  },
];
