// npm run dev: the page with reload on every change of web/ and demos/.
import { join } from 'node:path';
import { reportFailure, run } from '../../wasm/toolchain/shell.mjs';
import { kRoot } from './repository.mjs';
import { prepare } from './site.mjs';

try {
  await prepare();
  const vite = join(kRoot, 'node_modules/vite/bin/vite.js');
  await run(process.execPath, [vite, '-c', 'web/vite.config.ts', ...process.argv.slice(2)], { cwd: kRoot, show: true });
} catch (error) {
  process.exitCode = reportFailure(error);
}
