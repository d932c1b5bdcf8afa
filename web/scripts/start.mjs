// npm start: from a bare machine to the page on http://localhost:8080. Built-in modules only.
import { join } from 'node:path';
import { reportFailure, secondsSince } from '../../wasm/toolchain/shell.mjs';
import { kRoot } from './repository.mjs';
import { serve } from './server.mjs';
import { buildSite } from './site.mjs';

const kFirstPort = 8080;

try {
  const start = performance.now();
  await buildSite();
  const { port } = await serve(join(kRoot, 'dist/site'), Number(process.env.PORT) || kFirstPort);
  process.stdout.write(`\nReady in ${secondsSince(start)}: http://localhost:${port}/   (Ctrl+C stops)\n`);
} catch (error) {
  process.exitCode = reportFailure(error);
}
