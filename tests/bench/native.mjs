// npm run bench:native [-- Google Benchmark's options]: builds native.cpp for this machine and runs it.
import { reportFailure, run } from '../../wasm/toolchain/shell.mjs';
import { buildNative } from '../runner/native.mjs';

try {
  const program = await buildNative('bench_native');
  await run(program, ['--benchmark_counters_tabular=true', ...process.argv.slice(2)], { show: true });
} catch (error) {
  process.exitCode = reportFailure(error);
}
