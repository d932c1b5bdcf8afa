// The files that the structure rules read: what git tracks or would track, each with its text.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const kBinary = /\.(safetensors|png|gz|npz|woff2|wasm|ico|webp)$/;

/** Every file of the repository at `root` that git does not ignore: `[{path, text}]`, text empty for binaries. */
export function readTree(root) {
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' });
  if (listed.status !== 0) throw new Error(`git ls-files: ${listed.stderr}`);
  const paths = [...new Set(listed.stdout.split('\0').filter(Boolean))].sort();
  const present = paths.filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile());
  return present.map((path) => ({ path, text: kBinary.test(path) ? '' : readFileSync(join(root, path), 'utf8') }));
}

/** C++, TypeScript or JavaScript text without its comments; strings stay. */
export function withoutComments(text) {
  const pattern =
    /R"(\w*)\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return text.replace(pattern, (found) => (found.startsWith('//') || found.startsWith('/*') ? ' ' : found));
}

/** First cycle in `edges` (Map from a name to the names it points to), as a list of names, or `null`. */
export function findCycle(edges) {
  const done = new Set();
  const path = [];
  const visit = (name) => {
    if (done.has(name)) return null;
    const seen = path.indexOf(name);
    if (seen >= 0) return [...path.slice(seen), name];
    path.push(name);
    for (const next of edges.get(name) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(name);
    return null;
  };
  for (const name of edges.keys()) {
    const cycle = visit(name);
    if (cycle) return cycle;
  }
  return null;
}
