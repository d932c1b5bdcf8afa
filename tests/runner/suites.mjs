// Every suite of the project: what it needs, how it runs, how its results are counted. Each takes
// `{print}` and resolves to `{passed, failed, skipped}`; a suite whose program died counts as failed.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../../wasm/toolchain/build.mjs';
import { run } from '../../wasm/toolchain/shell.mjs';
import { formatWithClang, formatWithPrettier } from '../../web/scripts/format.mjs';
import { kRoot } from '../../web/scripts/repository.mjs';
import { buildSite, prepare } from '../../web/scripts/site.mjs';
import { fuzz } from '../fuzz/run.mjs';
import { checkSizes } from '../sizes.mjs';
import { testStructure } from '../structure/run.mjs';
import { countGoogleTest, countPlaywright, countVitest, sum } from './count.mjs';
import { testFreshClone } from './fresh_clone.mjs';

const kPassed = { passed: 1, failed: 0, skipped: 0 };
const kFailed = { passed: 0, failed: 1, skipped: 0 };
const kReports = join(kRoot, 'build/reports');
const tool = (path) => join(kRoot, 'node_modules', path);

/** One test that passes when `work` does not throw. */
async function single({ print }, name, work) {
  try {
    await work();
    return kPassed;
  } catch (error) {
    print(`${name}: ${error.message}`);
    return kFailed;
  }
}

/** An empty place for the report `name`, so that an old one is never counted. */
function freshReport(name) {
  mkdirSync(kReports, { recursive: true });
  const path = join(kReports, `${name}.json`);
  rmSync(path, { force: true });
  return path;
}

/** Runs a test program and counts its report; the output is printed when anything failed. */
async function program(context, name, command, args, options, count) {
  const codes = Array.from({ length: 256 }, (_, code) => code);
  const { code, output } = await run(command, args, { cwd: kRoot, accept: codes, ...options });
  const counted = count();
  if (code !== 0) context.print(`${name}: exit ${code}\n${output.split('\n').slice(-120).join('\n')}`);
  if (!counted) return kFailed;
  // A program may pass its tests and still end badly: a leak, a crash on the way out.
  return code !== 0 && counted.failed === 0 ? sum([counted, kFailed]) : counted;
}

/** The C++ tests of one preset. */
const coreTests = (preset, builds, command) => async (context) => {
  await build(builds);
  const report = freshReport(`core-${preset}`);
  const [executable, ...args] = command;
  const options = { env: { UBSAN_OPTIONS: 'print_stacktrace=1' } };
  const allArgs = [...args, `--gtest_output=json:${report}`, '--gtest_brief=1'];
  return program(context, preset, executable, allArgs, options, () => countGoogleTest(report));
};

/** Four lanes, as in WebAssembly, with assertions on: the tests in Node run the same arithmetic without them. */
const wasmLike = {
  name: 'core, wasm-like',
  folder: 'core',
  run: coreTests('wasm-like', ['wasm-like'], ['build/wasm-like/core_tests']),
};

/** Ten million cases, the kernels' own share of `npm run test:full`; a small share is among the C++ tests. */
const longFuzz = {
  name: 'fuzz, ten million cases',
  run: async () => ((await fuzz([])) === 0 ? kPassed : kFailed),
};

const typecheck = async (context) => {
  await prepare();
  const check = (project) =>
    single(context, `types of ${project}`, () =>
      run(process.execPath, [tool('typescript/bin/tsc'), '-p', project], { cwd: kRoot }),
    );
  const projects = ['web', 'demos', 'tests'];
  const counts = [];
  for (const project of projects) counts.push(await check(project));
  return sum(counts);
};

const vitest = (folder) => async (context) => {
  await prepare();
  const report = freshReport(`vitest-${folder}`);
  const args = [tool('vitest/vitest.mjs'), 'run', '--config', 'tests/vitest.config.ts', '--project', folder];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const options = { env: { CI: '1', NO_COLOR: '1' } };
  return program(context, folder, process.execPath, [...args, ...reporters], options, () =>
    countVitest(report, `/tests/${folder}/`),
  );
};

/** The package's tests install what `npm run build` leaves in dist/package. */
const packageTests = async (context) => {
  await buildSite();
  await run(process.execPath, [join(kRoot, 'web/scripts/package.mjs')], { cwd: kRoot });
  return vitest('package')(context);
};

const browser = (project) => async (context) => {
  await buildSite();
  const report = freshReport(`browser-${project}`);
  const args = [tool('@playwright/test/cli.js'), 'test', '-c', 'tests/playwright.config.ts', '--project', project];
  const options = { env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report, NO_COLOR: '1', FORCE_COLOR: undefined } };
  return program(context, project, process.execPath, [...args, '--reporter=line,json'], options, () =>
    countPlaywright(report, project),
  );
};

const holds = (folder, pattern) => {
  const full = join(kRoot, 'tests', folder);
  return existsSync(full) && readdirSync(full, { recursive: true }).some((name) => pattern.test(name));
};

/**
 * In the order in which they run. `folder` (below tests/) belongs to suites that are listed before
 * their first test is written: without it they are not run; once it is there, zero tests are a failure.
 */
export const kSuites = [
  { name: 'prettier', run: (context) => single(context, 'prettier', () => formatWithPrettier(true)) },
  { name: 'clang-format', run: (context) => single(context, 'clang-format', () => formatWithClang(true)) },
  { name: 'types', run: typecheck },
  {
    name: 'structure',
    run: async ({ print }) => {
      await prepare();
      return testStructure(kRoot, print);
    },
  },
  { name: 'core, native with sanitizers', folder: 'core', run: coreTests('dev', ['dev'], ['build/dev/core_tests']) },
  {
    name: 'core, as wasm in Node',
    folder: 'core',
    run: coreTests('wasm', ['wasm-tests'], [process.execPath, 'build/wasm/core_tests.cjs']),
  },
  ...(process.env.ATTN_FULL_TESTS ? [wasmLike, longFuzz] : []),
  { name: 'bindings and engine', folder: 'wasm', run: vitest('wasm') },
  { name: 'plots', folder: 'plots', run: vitest('plots') },
  { name: 'package', folder: 'package', run: packageTests },
  { name: 'page in Chromium', folder: 'browser', run: browser('chromium') },
  { name: 'page in Firefox', folder: 'browser', run: browser('firefox') },
  {
    name: 'sizes',
    run: async ({ print }) => {
      await buildSite();
      return checkSizes(kRoot, print);
    },
  },
  {
    name: 'fresh clone',
    run: async ({ print }) => {
      await prepare();
      return testFreshClone(kRoot, print);
    },
  },
];

/** Whether the suite's folder holds a test yet. */
export const isPresent = ({ folder }) => !folder || holds(folder, /\.(cpp|ts)$/);
