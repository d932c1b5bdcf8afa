// What rooms and pages show beside their tables, made while building: each formula as MathML, and the lines of
// C++ that compute it.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import temml from 'temml';

const kModule = 'virtual:formulas';
const kCore = ['attention', 'image', 'kernels', 'layers', 'position', 'smoothing'];
const kPages = ['web/app/mechanisms', 'web/app/claims', 'web/src/elements/rooms', 'web/src/elements/lineage'];
const kTables = /\/(variants|positions|smoothing_kernels|filters)\.cpp$/;

const filesIn = (folder, ending) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

/** TeX stands in raw strings of the C++ tables, those beside each other being one, and in `tex` templates of the page. */
const kRaw = /(?:R"\([^]*?\)"\s*)+/g;
const kTemplate = /\btex`([^`]*)`/g;
const texIn = (path, text) =>
  path.endsWith('.ts')
    ? [...text.matchAll(kTemplate)].map(([, tex]) => tex)
    : [...text.matchAll(kRaw)].map(([all]) => [...all.matchAll(/R"\(([^]*?)\)"/g)].map(([, tex]) => tex).join(''));

/** Functions are named by a row of a table, behind the row's own name, or by a page that shows one. */
function namesIn(path, text) {
  const pattern = path.endsWith('.ts') ? /\bcodeOf\('(\w+)'/g : /(?<!\{\s*)"(\w+)"/g;
  return path.endsWith('.ts') || kTables.test(path) ? [...text.matchAll(pattern)].map(([, name]) => name) : [];
}

/** Without inline styles, which the page's content policy would stop. */
const mathml = (tex) =>
  temml.renderToString(tex, { displayMode: true, throwOnError: true, xml: true }).replace(/ style="[^"]*"/g, '');

/** Every function that a source file of the core defines: `[name, {file, line, text}]`, its comment left out. */
export function functionsIn(text, file) {
  const definition = /^(?:[\w:<>*&]+ )+\*?(\w+)\([^;{}]*?\) \{(?: [^\n]*\}|[^]*?\n\})$/gm;
  return [...text.matchAll(definition)].map((match) => [
    match[1],
    { file, line: text.slice(0, match.index).split('\n').length, text: match[0] },
  ]);
}

/** `{mathml: {tex: text}, code: {function: {file, line, text}}}` of everything that the page may show. */
export function readFormulas(root) {
  const sources = kCore.flatMap((name) => filesIn(join(root, 'core', name), '.cpp'));
  const pages = kPages.flatMap((folder) => filesIn(join(root, folder), '.ts'));
  const texts = new Map([...sources, ...pages].map((path) => [path, readFileSync(path, 'utf8')]));
  const found = [...texts].flatMap(([path, text]) => texIn(path, text));
  const all = sources.flatMap((path) => functionsIn(texts.get(path), relative(root, path)));
  const names = new Set([...texts].flatMap(([path, text]) => namesIn(path, text)));
  const functions = all.filter(([name]) => names.has(name));
  const twice = functions.find(([name], at) => functions.findIndex(([other]) => other === name) !== at);
  if (twice)
    throw new Error(`${twice[1].file}: a second function "${twice[0]}"; the page would not know which to show`);
  return {
    mathml: Object.fromEntries(found.map((tex) => [tex, mathml(tex)])),
    code: Object.fromEntries(functions),
    watched: [...texts.keys()],
  };
}

/** The module `virtual:formulas`: `mathml` and `code` as `readFormulas` gives them. */
export function formulasModule(root, { mathml: all, code } = readFormulas(root)) {
  return `export const mathml = ${JSON.stringify(all)};\nexport const code = ${JSON.stringify(code)};\n`;
}

/** Vite plugin for it. */
export function formulas(root) {
  return {
    name: 'formulas',
    resolveId: (id) => (id === kModule ? `\0${kModule}` : null),
    load(id) {
      if (id !== `\0${kModule}`) return null;
      const found = readFormulas(root);
      for (const path of found.watched) this.addWatchFile(path);
      return formulasModule(root, found);
    },
  };
}
