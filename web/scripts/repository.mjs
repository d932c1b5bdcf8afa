// Where the repository lies, which of its files decide a build, and whether a build is still current.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const kRoot = join(dirname(fileURLToPath(import.meta.url)), '../..');

const kSkipped = new Set(['node_modules', '__pycache__', 'build', 'dist', 'data', 'test-results']);

/** Every file under `path` (relative to the repository), sorted; caches and dotted names left out. */
export function filesUnder(path) {
  const full = join(kRoot, path);
  if (!existsSync(full)) return [];
  const entries = readdirSync(full, { withFileTypes: true });
  const kept = entries.filter((entry) => !kSkipped.has(entry.name) && !entry.name.startsWith('.'));
  kept.sort((a, b) => (a.name < b.name ? -1 : 1));
  return kept.flatMap((entry) => {
    const name = `${path}/${entry.name}`;
    return entry.isDirectory() ? filesUnder(name) : [name];
  });
}

/** SHA-256 over names and contents of `paths` (files or folders), as hexadecimal text. */
function hashOf(paths) {
  const hash = createHash('sha256');
  const files = paths.flatMap((path) =>
    existsSync(join(kRoot, path)) && /\.\w+$/.test(path) ? [path] : filesUnder(path),
  );
  for (const file of files) {
    const content = readFileSync(join(kRoot, file));
    hash.update(`${file}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

const kShared = ['package-lock.json', 'wasm/toolchain'];
/** What each build reads and the file whose presence says that it ran. */
const kBuilds = {
  wasm: {
    inputs: ['core', 'wasm', 'CMakeLists.txt', 'CMakePresets.json', ...kShared],
    output: 'web/src/engine/generated/core-relaxed.wasm',
  },
  site: { inputs: ['web', 'demos', 'package.json', ...kShared], output: 'dist/site/index.html' },
};

/**
 * Runs `work` unless build `name` (a key of `kBuilds`) was made from these very inputs: their contents
 * count, not their dates. Resolves to whether it ran.
 */
export async function whenChanged(name, work) {
  const { inputs, output } = kBuilds[name];
  const stamp = join(kRoot, 'build/stamps', name);
  const hash = hashOf(inputs);
  const isCurrent = existsSync(join(kRoot, output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (isCurrent) return false;
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  return true;
}
