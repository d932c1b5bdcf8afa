// node wasm/toolchain/build.mjs [setup | wasm | wasm-tests | dev | wasm-like | native]...
// Gets the toolchain if need be, then builds what is named: `wasm` (the default) makes both modules
// and copies them, with their one glue file, to web/src/engine/generated/.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureDependencies } from './dependencies.mjs';
import { StepError, reportFailure, run, secondsSince, withLock } from './shell.mjs';
import { ensureToolchain } from './toolchain.mjs';

export const kRoot = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** What a name on the command line builds: CMake presets and the target in each. */
const kBuilds = {
  setup: [],
  wasm: [
    ['wasm', 'core'],
    ['wasm-relaxed', 'core'],
  ],
  'wasm-tests': [['wasm', 'core_tests']],
  dev: [['dev', 'all']],
  'wasm-like': [['wasm-like', 'all']],
  native: [['native', 'all']],
};

/** Configures `preset` afresh when the presets, or where the toolchain lies, have changed. */
async function configure(preset, toolchain) {
  const stamp = join(kRoot, 'build', preset, 'configured');
  const presets = readFileSync(join(kRoot, 'CMakePresets.json'), 'utf8');
  const inputs = [presets, JSON.stringify(toolchain), kRoot].join('\n');
  const hash = createHash('sha256').update(inputs).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  const fetchFlag = `-DATTN_FETCH_DEPENDENCIES=${toolchain.fetchDependencies ? 'ON' : 'OFF'}`;
  await run('cmake', ['--fresh', '--preset', preset, fetchFlag], { cwd: kRoot });
  writeFileSync(stamp, hash);
}

/** Builds one target; prints the compiler's remarks, if any. Resolves to whether anything was done. */
async function buildTarget(preset, target) {
  const { output } = await run('cmake', ['--build', '--preset', preset, '--target', target], {
    cwd: kRoot,
    advice: 'the compiler names the place above.',
  });
  const progress = /^(\[\d+\/\d+\]|-- |ninja: |\s*$)/;
  const remarks = output.split('\n').filter((line) => !progress.test(line));
  if (remarks.length > 0) process.stdout.write(`${remarks.join('\n')}\n`);
  return !output.includes('no work to do');
}

/** Writes `content` to `path` only when it differs, so that nothing downstream is rebuilt for it. */
function writeIfChanged(path, content) {
  if (existsSync(path) && readFileSync(path).equals(content)) return;
  writeFileSync(path, content);
}

/** Copies what the engine imports. The two builds differ in their .wasm alone: the glue is one file. */
function copyModules() {
  const into = join(kRoot, 'web/src/engine/generated');
  mkdirSync(into, { recursive: true });
  const read = (preset, name) => readFileSync(join(kRoot, 'build', preset, name));
  const glue = read('wasm', 'core.js');
  if (!glue.equals(read('wasm-relaxed', 'core.js'))) {
    throw new StepError(
      'the glue of the two wasm builds differs, so one core.js cannot serve both',
      'compare build/wasm/core.js with build/wasm-relaxed/core.js: the bindings must not depend on the build.',
    );
  }
  writeIfChanged(join(into, 'core.js'), glue);
  writeIfChanged(join(into, 'core.d.ts'), read('wasm', 'core.d.ts'));
  writeIfChanged(join(into, 'core.wasm'), read('wasm', 'core.wasm'));
  writeIfChanged(join(into, 'core-relaxed.wasm'), read('wasm-relaxed', 'core.wasm'));
}

/** Builds everything that `names` (keys of `kBuilds`) stand for; one build at a time in a clone. */
export async function build(names) {
  const unknown = names.filter((name) => !(name in kBuilds));
  if (unknown.length > 0) {
    const known = Object.keys(kBuilds).join(', ');
    throw new StepError(`unknown build: ${unknown.join(', ')}`, `name some of: ${known}.`);
  }
  await ensureDependencies(kRoot);
  const toolchain = await ensureToolchain(kRoot);
  await withLock(join(kRoot, 'build/lock'), async () => {
    for (const [preset, target] of names.flatMap((name) => kBuilds[name])) {
      const start = performance.now();
      await configure(preset, toolchain);
      const worked = await buildTarget(preset, target);
      if (worked) process.stdout.write(`  ${preset}: ${target} built in ${secondsSince(start)}\n`);
    }
    if (names.includes('wasm')) copyModules();
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2);
  build(names.length > 0 ? names : ['wasm']).catch((error) => {
    process.exitCode = reportFailure(error);
  });
}
