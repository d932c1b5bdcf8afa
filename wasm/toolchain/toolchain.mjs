// Finds Emscripten 3.1.69 and the header libraries, or gets them, and leaves links to both in `build/`:
// `build/emscripten` and `build/include`, the only places that CMake looks in.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { debianRelease, installPackages, kPackagesOf, makeCachedToolchain, unpackHeaders } from './debian.mjs';
import { StepError, ask, run, step, which, withLock } from './shell.mjs';

const kEmscriptenVersion = '3.1.69';
/** Counts changes of the recipe: a folder made by an older one is not used. */
const kRecipe = 1;
const kHeaderLibraries = ['xsimd', 'xtensor', 'xtl'];

const cacheFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'attention-playground');

/** Runs `make(folder)` unless the stamp says that it was done, by this recipe and in this place. */
async function cached(name, make) {
  const folder = join(cacheFolder(), `${name}-r${kRecipe}`);
  const stamp = join(folder, 'complete');
  const isComplete = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === folder;
  if (isComplete()) return folder;
  mkdirSync(cacheFolder(), { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (isComplete()) return;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    await make(folder);
    writeFileSync(stamp, folder);
  });
  return folder;
}

/** Makes `path` a link to `target`; a link that points there already is left alone. */
function linkTo(target, path) {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSymbolicLink() && readlinkSync(path) === target) return;
  if (found) rmSync(path, { recursive: true });
  symlinkSync(target, path);
}

/** The folder of the Emscripten whose `em++` is on PATH, or `null`; warns about other versions. */
function emscriptenOnPath() {
  const program = which('em++');
  if (!program) return null;
  const version = /\) (\d+\.\d+\.\d+)/.exec(ask(program, ['--version']) ?? '')?.[1];
  if (version !== kEmscriptenVersion) {
    process.stdout.write(
      `  warning: em++ on PATH is ${version ?? 'of an unknown version'}; ` +
        `the project is built and tested with ${kEmscriptenVersion}\n`,
    );
  }
  const candidates = [dirname(realpathSync(program)), '/usr/share/emscripten'];
  const root = candidates.find((folder) => existsSync(join(folder, 'cmake/Modules/Platform')));
  if (root) return root;
  throw new StepError(
    `the folder of ${program} holds no CMake module`,
    `put Emscripten ${kEmscriptenVersion} on PATH, or take em++ off it so that it is fetched.`,
  );
}

/** Other systems: emsdk. Written from its documentation; not tested. */
async function emscriptenFromSdk() {
  const missing = ['git', 'python3', 'cmake', 'ninja', 'c++'].filter((name) => !which(name));
  if (missing.length > 0) {
    throw new StepError(
      `not on PATH: ${missing.join(', ')}`,
      'install git, Python 3, CMake 3.25 or later, Ninja and a C++20 compiler, then try again.',
    );
  }
  const folder = await cached(`emsdk-${kEmscriptenVersion}`, (into) =>
    step(`Getting Emscripten ${kEmscriptenVersion} with emsdk`, async () => {
      const sdk = join(into, 'emsdk');
      const advice = `install Emscripten ${kEmscriptenVersion} yourself and put em++ on PATH.`;
      const source = 'https://github.com/emscripten-core/emsdk.git';
      await run('git', ['clone', '--depth', '1', source, sdk], { advice });
      await run(join(sdk, 'emsdk'), ['install', kEmscriptenVersion], { advice });
      await run(join(sdk, 'emsdk'), ['activate', kEmscriptenVersion], { advice });
    }),
  );
  return join(folder, 'emsdk/upstream/emscripten');
}

/** Where this machine has, or now gets, Emscripten and the headers (`null`: CMake fetches them). */
async function locate(root) {
  const release = debianRelease();
  if (release >= 13) {
    await installPackages(kPackagesOf[13]);
    return { emscripten: emscriptenOnPath(), headers: '/usr/include' };
  }
  if (release !== 12) {
    return { emscripten: emscriptenOnPath() ?? (await emscriptenFromSdk()), headers: null };
  }
  await installPackages(kPackagesOf[12]);
  const present = emscriptenOnPath();
  if (present) {
    const folder = await cached('headers', unpackHeaders);
    return { emscripten: present, headers: join(folder, 'root/usr/include') };
  }
  const acorn = join(root, 'node_modules/acorn');
  const folder = await cached(`emscripten-${kEmscriptenVersion}`, (into) => makeCachedToolchain(into, acorn));
  // A configuration that the user's shell names would belong to another Emscripten.
  const emscripten = join(folder, 'root/usr/share/emscripten');
  process.env.EM_CONFIG = join(emscripten, '.emscripten');
  return { emscripten, headers: join(folder, 'root/usr/include') };
}

/**
 * Leaves the links in `build/` of the repository at `root`. Resolves to
 * `{emscripten, fetchDependencies}`: Emscripten's folder, and whether CMake fetches the libraries.
 * Throws a StepError that says what to install where there is no way to a compiler.
 */
export async function ensureToolchain(root) {
  const { emscripten, headers } = await locate(root);
  mkdirSync(join(root, 'build/include'), { recursive: true });
  linkTo(emscripten, join(root, 'build/emscripten'));
  for (const name of headers ? kHeaderLibraries : []) {
    linkTo(join(headers, name), join(root, 'build/include', name));
  }
  return { emscripten, fetchDependencies: headers === null };
}
