// npm run fuzz [-- --cases N --seed S --kernel NAME]: every kernel of the core against its scalar twin in double, on
// drawn inputs, ten million of them unless told otherwise.
// npm run fuzz -- --seconds N [--parser NAME]: every parser of foreign files, N seconds in all: those of the core under
// libFuzzer and sanitizers, from the golden models and tests/fuzz/corpus on, those in TypeScript guided by their coverage
// (tests/fuzz/guided). What is found lies in build/fuzz/<parser>.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { debianRelease, installPackages } from '../../wasm/toolchain/debian.mjs';
import { StepError, reportFailure, run } from '../../wasm/toolchain/shell.mjs';
import { kRoot } from '../../web/scripts/repository.mjs';
import { buildNative } from '../runner/native.mjs';
import { fuzzTargets, kTargets } from './guided/run.mjs';

const kCases = 10_000_000;
const kGolden = join(kRoot, 'tests/golden');

/** Runs the fuzzer of kernels; resolves to its exit code, 1 where a kernel failed. */
export async function fuzz(args) {
  const program = await buildNative('fuzz');
  const { code } = await run(program, ['--cases', String(kCases), ...args], { show: true, accept: [0, 1] });
  return code;
}

const golden = () => readdirSync(kGolden).filter((name) => existsSync(join(kGolden, name, 'config.json')));
const fileOf = (name, file) => readFileSync(join(kGolden, name, file));

/** As model_input in tests/fuzz/parsers.cpp. */
function modelInput(name) {
  const config = fileOf(name, 'config.json');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(config.length);
  return Buffer.concat([length, config, fileOf(name, 'model.safetensors')]);
}

/** What each parser starts from, and the longest input that it is given: short ones are read faster. */
const kParsers = {
  json: { seed: (name) => fileOf(name, 'config.json'), longest: 4096 },
  safetensors: { seed: (name) => fileOf(name, 'model.safetensors'), longest: 4096 },
  config: { seed: (name) => fileOf(name, 'config.json'), longest: 4096 },
  model: { seed: modelInput, longest: 32_768 },
};

/** Feeds each parser; resolves to 1 where one of them failed. */
async function fuzzParsers(seconds, only) {
  const chosen = (names) => names.filter((name) => !only || name === only);
  const [parsers, targets] = [chosen(Object.keys(kParsers)), chosen(kTargets)];
  if (parsers.length + targets.length === 0) {
    const known = [...Object.keys(kParsers), ...kTargets].join(', ');
    throw new StepError(`--parser: found "${only}", expected one of ${known}`);
  }
  const each = seconds / (parsers.length + targets.length);
  const failed = parsers.length > 0 ? await fuzzCore(parsers, each) : 0;
  return (await fuzzTargets(targets, each)) ? failed : 1;
}

/** Runs libFuzzer for so many seconds on each parser of the core; resolves to 1 where one of them failed. */
async function fuzzCore(parsers, seconds) {
  if (debianRelease() > 0) await installPackages(['clang-19', 'libclang-rt-19-dev']);
  let worst = 0;
  for (const parser of parsers) {
    const folder = join(kRoot, 'build/fuzz', parser);
    mkdirSync(join(folder, 'corpus'), { recursive: true });
    for (const name of golden()) writeFileSync(join(folder, 'corpus', name), kParsers[parser].seed(name));
    const kept = join(kRoot, 'tests/fuzz/corpus', parser);
    for (const name of readdirSync(kept)) copyFileSync(join(kept, name), join(folder, 'corpus', name));
    const program = await buildNative(`fuzz_${parser}`, 'libfuzzer');
    const longest = `-max_len=${kParsers[parser].longest}`;
    const limits = [longest, '-timeout=10', '-rss_limit_mb=2048', '-print_final_stats=1', '-verbosity=0'];
    const time = `-max_total_time=${Math.ceil(seconds)}`;
    const place = `-artifact_prefix=${folder}/`;
    const { code } = await run(program, [...limits, time, place, join(folder, 'corpus')], {
      show: true,
      accept: [0, 1, 70, 71, 77],
    });
    worst = Math.max(worst, code === 0 ? 0 : 1);
  }
  return worst;
}

const optionOf = (args, name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);

if (process.argv[1] === join(kRoot, 'tests/fuzz/run.mjs')) {
  const args = process.argv.slice(2);
  const seconds = Number(optionOf(args, '--seconds'));
  try {
    process.exitCode = seconds > 0 ? await fuzzParsers(seconds, optionOf(args, '--parser')) : await fuzz(args);
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}
