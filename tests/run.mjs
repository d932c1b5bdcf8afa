// npm test [-- --only NAME] [-- --full]: every suite, from a bare machine; the last line counts them all.
import { debianRelease, installPackages } from '../wasm/toolchain/debian.mjs';
import { ensureDependencies } from '../wasm/toolchain/dependencies.mjs';
import { ensureToolchain } from '../wasm/toolchain/toolchain.mjs';
import { reportFailure, secondsSince } from '../wasm/toolchain/shell.mjs';
import { kRoot } from '../web/scripts/repository.mjs';

const kTestPackages = ['chromium', 'firefox-esr', 'mkdocs', 'clang-format-19', 'git'];

const print = (text) => process.stdout.write(`  ${text}\n`);
const describe = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** Runs one suite; what throws, and what ran nothing at all, counts as one failure. */
async function runSuite(suite) {
  const start = performance.now();
  process.stdout.write(`\n# ${suite.name}\n`);
  let count;
  try {
    count = await suite.run({ print });
  } catch (error) {
    reportFailure(error);
    count = { passed: 0, failed: 1, skipped: 0 };
  }
  if (count.passed + count.failed === 0) {
    print('it ran zero tests, which counts as a failure');
    count = { ...count, failed: 1 };
  }
  print(`${describe(count)} (${secondsSince(start)})`);
  return count;
}

async function main(args) {
  const begun = performance.now();
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : null;
  process.env.ATTN_FULL_TESTS = args.includes('--full') ? '1' : '';
  await ensureDependencies(kRoot);
  await ensureToolchain(kRoot);
  if (debianRelease() > 0) await installPackages(kTestPackages);
  process.stdout.write(`set-up took ${secondsSince(begun)}\n`);
  // Only now: the suites import packages that were installed a moment ago.
  const { kSuites, isPresent } = await import('./runner/suites.mjs');
  const { sum } = await import('./runner/count.mjs');
  const tested = performance.now();
  const chosen = kSuites.filter(({ name }) => !only || name.includes(only));
  const rows = [];
  for (const suite of chosen) {
    if (isPresent(suite)) rows.push([suite.name, await runSuite(suite)]);
    else print(`${suite.name}: tests/${suite.folder} holds no test yet`);
  }
  process.stdout.write('\n');
  for (const [name, count] of rows) print(`${name}: ${describe(count)}`);
  process.stdout.write(`all tests took ${secondsSince(tested)}\n`);
  const total = sum(rows.map(([, count]) => count));
  process.stdout.write(`${describe(total)}\n`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = reportFailure(error);
  process.stdout.write('0 passed, 1 failed\n');
}
