// Debian's part of the toolchain: missing packages by apt-get, and on Debian 12 the newer Emscripten
// of the next release, unpacked into a folder of the user's cache. The system's libc is not touched.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { StepError, ask, run, step, which } from './shell.mjs';

const kKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const kLlvmVersion = '19';
const kNewerRelease = 'trixie';
const kHeaderPackages = ['libxsimd-dev', 'libxtensor-dev', 'xtl-dev'];
/** The last three are for binaryen's programs alone. */
const kEmscriptenPackages = ['emscripten', 'binaryen', 'libc6', 'libstdc++6', 'libgcc-s1'];

const kBuildPackages = ['cmake', 'ninja-build', 'g++', 'googletest', 'libbenchmark-dev', 'python3'];
/** The packages that building needs, by Debian release. */
export const kPackagesOf = {
  12: [
    ...kBuildPackages,
    ...['clang', 'lld', 'llvm'].map((name) => `${name}-${kLlvmVersion}`),
    `libclang-rt-${kLlvmVersion}-dev`,
    'patchelf',
    'xz-utils',
  ],
  13: [...kBuildPackages, 'emscripten', ...kHeaderPackages],
};

/** The number of this Debian release, or 0 on another system. */
export function debianRelease() {
  if (!existsSync('/etc/os-release')) return 0;
  const fields = readFileSync('/etc/os-release', 'utf8');
  if (!/^ID="?debian"?$/m.test(fields)) return 0;
  return Number(/^VERSION_ID="?(\d+)/m.exec(fields)?.[1] ?? 0);
}

/** Those of the Debian packages `names` that are not installed. */
function missingPackages(names) {
  const format = '-f=${Package} ${db:Status-Status}\n';
  const { stdout } = spawnSync('dpkg-query', ['-W', format, ...names], { encoding: 'utf8' });
  const installed = new Set(stdout.split('\n').filter((line) => line.endsWith(' installed')));
  return names.filter((name) => !installed.has(`${name} installed`));
}

/** Installs those of the Debian packages `names` that are missing, as root or through sudo. */
export async function installPackages(names) {
  const missing = missingPackages(names);
  if (missing.length === 0) return;
  const byHand = `as root, run: apt-get update && apt-get install ${missing.join(' ')}`;
  const isRoot = process.getuid() === 0;
  if (!isRoot && !which('sudo')) {
    throw new StepError(`Debian packages are missing: ${missing.join(' ')}`, `${byHand}, then try again.`);
  }
  const apt = (...args) => {
    const words = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-y'];
    const command = [...(isRoot ? [] : ['sudo']), ...words, '-o', 'DPkg::Lock::Timeout=600', ...args];
    return run(command[0], command.slice(1), { advice: `${byHand}. The lines above say what stopped it.` });
  };
  await step(`Installing Debian packages: ${missing.join(' ')}`, async () => {
    await apt('update');
    await apt('install', '--no-install-recommends', ...missing);
  });
}

/** The address of the mirror that this machine's own apt sources name for its release. */
function debianMirror() {
  const targets = ask('apt-get', ['indextargets', '--format', '$(REPO_URI)|$(RELEASE)|$(CREATED_BY)']);
  const release = ask('sh', ['-c', '. /etc/os-release && echo "$VERSION_CODENAME"']);
  const lines = (targets ?? '').split('\n').map((line) => line.split('|'));
  const found = lines.find(([, name, kind]) => name === release && kind === 'Packages');
  if (found) return found[0];
  throw new StepError(
    `no apt source for ${release} was found`,
    'add the Debian mirror to /etc/apt/sources.list and run apt-get update, then try again.',
  );
}

/** Downloads `packages` (apt checks signature and SHA-256) and unpacks them to `folder`/root. */
async function unpackNewerRelease(folder, packages) {
  const work = join(folder, 'download');
  const root = join(folder, 'root');
  if (!existsSync(kKeyring)) {
    throw new StepError(`${kKeyring} is missing`, 'install the package debian-archive-keyring.');
  }
  const folders = ['state/lists/partial', 'cache/archives/partial', 'debs'];
  for (const folder of folders) mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(join(work, 'state/status'), '');
  const source = `deb [signed-by=${kKeyring}] ${debianMirror()} ${kNewerRelease} main\n`;
  writeFileSync(join(work, 'sources.list'), source);
  const options = [
    `Dir::Etc::sourcelist=${join(work, 'sources.list')}`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    `Dir::State=${join(work, 'state')}`,
    `Dir::State::status=${join(work, 'state/status')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  const advice = `check that this machine's apt mirror serves the suite ${kNewerRelease}, then try again.`;
  await run('apt-get', [...options, 'update'], { advice });
  await run('apt-get', [...options, 'download', ...packages], { cwd: join(work, 'debs'), advice });
  mkdirSync(root, { recursive: true });
  for (const file of readdirSync(join(work, 'debs'))) {
    await run('dpkg', ['-x', join(work, 'debs', file), root]);
  }
  rmSync(work, { recursive: true });
}

const listFiles = (folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []);

/** Points binaryen's programs at the unpacked libc: the system's is too old for them. */
async function patchBinaryen(root) {
  const triplet = (await run('gcc', ['-dumpmachine'])).output.trim();
  const libraries = [`usr/lib/${triplet}`, `lib/${triplet}`].map((path) => join(root, path));
  const programs = listFiles(join(root, 'usr/bin')).filter((path) => basename(path).startsWith('wasm'));
  const shared = libraries.flatMap(listFiles).filter((path) => basename(path).startsWith('libbinaryen'));
  const interpreter = (await run('patchelf', ['--print-interpreter', programs[0]])).output.trim();
  const candidates = [...libraries, join(root, 'lib64'), join(root, 'usr/lib64')];
  const loader = candidates.map((path) => join(path, basename(interpreter))).find(existsSync);
  if (!loader) throw new StepError(`${basename(interpreter)} is not in the unpacked libc6`);
  for (const program of programs) await run('patchelf', ['--set-interpreter', loader, program]);
  const rpath = ['--force-rpath', '--set-rpath', libraries.join(':')];
  for (const file of [...programs, ...shared]) await run('patchelf', [...rpath, file]);
}

/** Emscripten reads `.emscripten` beside its own programs when nothing else names a configuration. */
function configureEmscripten(root, acorn) {
  const emscripten = join(root, 'usr/share/emscripten');
  const settings = {
    LLVM_ROOT: '/usr/bin',
    LLVM_ADD_VERSION: kLlvmVersion,
    CLANG_ADD_VERSION: kLlvmVersion,
    BINARYEN_ROOT: join(root, 'usr'),
    CACHE: join(emscripten, 'cache'),
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = '${value}'`);
  lines.push('FROZEN_CACHE = True', "NODE_JS = 'node'");
  writeFileSync(join(emscripten, '.emscripten'), `${lines.join('\n')}\n`);
  // Emscripten's optimiser imports acorn from a node_modules above it.
  cpSync(acorn, join(root, 'node_modules/acorn'), { recursive: true, dereference: true });
}

/** Unpacks the header libraries alone, for a machine that has its own Emscripten. */
export const unpackHeaders = (folder) =>
  step(`Getting xsimd and xtensor from Debian ${kNewerRelease}`, () => unpackNewerRelease(folder, kHeaderPackages));

/**
 * Makes Emscripten and the header libraries in `folder` on Debian 12; `acorn` is the folder of that
 * npm package. The paths in it are absolute: a moved folder is broken.
 */
export async function makeCachedToolchain(folder, acorn) {
  await step(`Getting Emscripten from Debian ${kNewerRelease} (about 260 MB)`, () =>
    unpackNewerRelease(folder, [...kEmscriptenPackages, ...kHeaderPackages]),
  );
  await step('Setting Emscripten up', async () => {
    await patchBinaryen(join(folder, 'root'));
    configureEmscripten(join(folder, 'root'), acorn);
  });
}
