// What the commands share: everything that must be there before the site can be served or built.
import { join } from 'node:path';
import { ensureDependencies } from '../../wasm/toolchain/dependencies.mjs';
import { build } from '../../wasm/toolchain/build.mjs';
import { run, step } from '../../wasm/toolchain/shell.mjs';
import { ensureToolchain } from '../../wasm/toolchain/toolchain.mjs';
import { kRoot, whenChanged } from './repository.mjs';

/** npm packages, toolchain and both wasm modules; each only when something it depends on changed. */
export async function prepare() {
  await ensureDependencies(kRoot);
  await whenChanged('wasm', async () => {
    await ensureToolchain(kRoot);
    await step('Building the core for WebAssembly, twice: with SIMD and with relaxed SIMD', () => build(['wasm']));
  });
}

/** `prepare`, then the static site in dist/site. */
export async function buildSite() {
  await prepare();
  await whenChanged('site', () =>
    step('Building the site', () =>
      run(process.execPath, [join(kRoot, 'node_modules/vite/bin/vite.js'), 'build', '-c', 'web/vite.config.ts'], {
        cwd: kRoot,
        advice: 'Vite names the file above.',
      }),
    ),
  );
}
