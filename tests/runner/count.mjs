// Counts of passed, failed and skipped tests, read from what the test programs report.
import { existsSync, readFileSync } from 'node:fs';

/** A sum of `{passed, failed, skipped}` counts. */
export const sum = (counts) =>
  counts.reduce(
    (total, count) => ({
      passed: total.passed + count.passed,
      failed: total.failed + count.failed,
      skipped: total.skipped + (count.skipped ?? 0),
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );

const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null);

/** GoogleTest's JSON report. A program that died wrote none: `null`. */
export function countGoogleTest(path) {
  const report = read(path);
  if (!report) return null;
  const cases = report.testsuites.flatMap((suite) => suite.testsuite);
  const skipped = cases.filter((one) => one.result === 'SKIPPED' || one.status === 'NOTRUN').length;
  const failed = cases.filter((one) => one.failures?.length > 0).length;
  return { passed: cases.length - failed - skipped, failed, skipped };
}

/** Vitest's JSON report, only the files whose path contains `folder`. A file that failed to load counts as one failure. */
export function countVitest(path, folder) {
  const report = read(path);
  if (!report) return null;
  const files = report.testResults.filter((file) => file.name.replaceAll('\\', '/').includes(folder));
  const cases = files.flatMap((file) => file.assertionResults);
  const count = (status) => cases.filter((one) => one.status === status).length;
  const unloaded = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  return {
    passed: count('passed'),
    failed: count('failed') + unloaded,
    skipped: cases.length - count('passed') - count('failed'),
  };
}

/** Playwright's JSON report, one project. A test that passed only on a second try is a failure. */
export function countPlaywright(path, project) {
  const report = read(path);
  if (!report) return null;
  const specsOf = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];
  const tests = report.suites.flatMap(specsOf).flatMap((spec) => spec.tests);
  const own = tests.filter((test) => test.projectName === project);
  const count = (status) => own.filter((test) => test.status === status).length;
  return {
    passed: count('expected'),
    failed: count('unexpected') + count('flaky') + (own.length === 0 ? report.errors.length : 0),
    skipped: count('skipped'),
  };
}
