// npm run build: the static site in dist/site and the npm package in dist/package.
import { join } from 'node:path';
import { reportFailure, run, step } from '../../wasm/toolchain/shell.mjs';
import { kRoot } from './repository.mjs';
import { buildSite } from './site.mjs';

try {
  await buildSite();
  await step('Building the package', () =>
    run(process.execPath, [join(kRoot, 'web/scripts/package.mjs')], { cwd: kRoot }),
  );
  process.stdout.write('\ndist/site: the site, for any file host and any sub-path\ndist/package: the npm package\n');
} catch (error) {
  process.exitCode = reportFailure(error);
}
