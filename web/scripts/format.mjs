// npm run format [-- --check]: prettier for what it knows, clang-format 19 for the C++.
import { join } from 'node:path';
import { ensureDependencies } from '../../wasm/toolchain/dependencies.mjs';
import { StepError, ask, reportFailure, run, which } from '../../wasm/toolchain/shell.mjs';
import { filesUnder, kRoot } from './repository.mjs';

const kClangFormat = '19';

/** clang-format of the one version whose output the project keeps, or `null`. */
export const findClangFormat = () =>
  [`clang-format-${kClangFormat}`, 'clang-format'].find(
    (name) => which(name) && ask(name, ['--version'])?.includes(`version ${kClangFormat}.`),
  ) ?? null;

/** Formats, or with `check` throws a StepError that names what is not formatted. */
export async function formatWithPrettier(check) {
  const prettier = join(kRoot, 'node_modules/prettier/bin/prettier.cjs');
  const mode = check ? '--check' : '--write';
  await run(process.execPath, [prettier, mode, '--log-level', 'warn', '.'], { cwd: kRoot, advice: 'npm run format' });
}

/** The same for C++; throws when clang-format is missing. */
export async function formatWithClang(check) {
  const program = findClangFormat();
  if (!program)
    throw new StepError(`clang-format ${kClangFormat} is missing`, `apt-get install clang-format-${kClangFormat}`);
  const files = ['core', 'wasm', 'tests'].flatMap(filesUnder).filter((file) => /\.[ch]pp$/.test(file));
  const mode = check ? ['--dry-run', '--Werror'] : ['-i'];
  if (files.length > 0) await run(program, [...mode, ...files], { cwd: kRoot, advice: 'npm run format' });
}

if (process.argv[1] === join(kRoot, 'web/scripts/format.mjs')) {
  const check = process.argv.includes('--check');
  try {
    await ensureDependencies(kRoot);
    await formatWithPrettier(check);
    await formatWithClang(check);
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}
