// The package's .d.ts files: what TypeScript says of the entries, and of the files they lead to, and nothing else.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { StepError } from '../../wasm/toolchain/shell.mjs';

const kOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: [
    'lib.es2023.d.ts',
    'lib.esnext.disposable.d.ts',
    'lib.dom.d.ts',
    'lib.dom.iterable.d.ts',
    'lib.dom.asynciterable.d.ts',
  ],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: [],
  strict: true,
  declaration: true,
  emitDeclarationOnly: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  stripInternal: true,
};

const kImport = /((?:from|import)\s*\(?\s*['"])(\.[^'"]+)\.ts(['"])/g;

const kHidden = [ts.SyntaxKind.StaticKeyword, ts.SyntaxKind.ProtectedKeyword, ts.SyntaxKind.PrivateKeyword];

/** Lit is bundled, so its types may not show: an element is declared as an HTMLElement with its public members. */
const withoutLit = (context) => (file) => {
  const { factory } = context;
  const printer = ts.createPrinter();
  const textOf = (node) => printer.printNode(ts.EmitHint.Unspecified, node, ts.getOriginalNode(file));
  const isShown = (member) =>
    !member.modifiers?.some(({ kind }) => kHidden.includes(kind)) &&
    !/\b(TemplateResult|PropertyValues|CSSResult)\b/.test(textOf(member));
  const base = factory.createExpressionWithTypeArguments(factory.createIdentifier('HTMLElement'), undefined);
  const heritage = [factory.createHeritageClause(ts.SyntaxKind.ExtendsKeyword, [base])];
  const visit = (node) => {
    if (ts.isImportDeclaration(node) && /^lit(\/|$)/.test(node.moduleSpecifier.text)) return undefined;
    const isLit =
      ts.isClassDeclaration(node) && node.heritageClauses?.some((clause) => textOf(clause).includes('LitElement'));
    if (!isLit) return node;
    return factory.updateClassDeclaration(
      node,
      node.modifiers,
      node.name,
      node.typeParameters,
      heritage,
      node.members.filter(isShown),
    );
  };
  return ts.visitEachChild(file, visit, context);
};

/** Declarations of every file in the program, by the path of its source. */
function declare(files) {
  const found = new Map();
  const host = ts.createCompilerHost(kOptions);
  host.writeFile = (_, text, __, ___, sources) => found.set(sources[0].fileName, text);
  const program = ts.createProgram(files, kOptions, host);
  const { diagnostics } = program.emit(undefined, undefined, undefined, true, { afterDeclarations: [withoutLit] });
  const errors = [...ts.getPreEmitDiagnostics(program), ...diagnostics].filter(
    ({ category }) => category === ts.DiagnosticCategory.Error,
  );
  if (errors.length > 0) {
    const text = ts.formatDiagnostics(errors.slice(0, 20), {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => process.cwd(),
      getNewLine: () => '\n',
    });
    throw new StepError(`the sources of the package do not type-check:\n${text}`);
  }
  return found;
}

/** Writes declarations of `entries` (published name: file under `source`) to `folder`, with what they import. */
export function writeDeclarations(source, entries, folder) {
  const files = Object.values(entries).map((file) => join(source, file));
  // What nothing imports: the few words that the engine needs of Node's types, and the modules that the build makes.
  const ambient = ['engine/node-fs.d.ts', 'elements/rooms/css.d.ts', 'elements/rooms/formulas.d.ts'];
  const declarations = declare([...files, ...ambient.map((file) => join(source, file))]);
  const waiting = [...files];
  const written = new Set();
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    if (written.has(file)) continue;
    written.add(file);
    const text = declarations.get(file);
    if (text === undefined) continue;
    for (const [, , path] of text.matchAll(kImport)) waiting.push(resolve(dirname(file), `${path}.ts`));
    const target = join(folder, 'types', relative(source, file)).replace(/\.ts$/, '.d.ts');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text.replace(kImport, '$1$2.js$3'));
  }
  for (const [name, file] of Object.entries(entries)) {
    writeFileSync(join(folder, `${name}.d.ts`), `export * from './types/${file.replace(/\.ts$/, '.js')}';\n`);
  }
  writeFileSync(
    join(folder, 'worker.d.ts'),
    '/** Runs in a worker that the engine starts; it exports nothing. */\nexport {};\n',
  );
}
