// Programs that are built natively, for this machine, only when they are asked for.
import { join } from 'node:path';
import { ensureDependencies } from '../../wasm/toolchain/dependencies.mjs';
import { run, step, withLock } from '../../wasm/toolchain/shell.mjs';
import { ensureToolchain } from '../../wasm/toolchain/toolchain.mjs';
import { kRoot } from '../../web/scripts/repository.mjs';

/** Builds `target` of a native preset; resolves to the program's path. */
export async function buildNative(target, preset = 'native') {
  await ensureDependencies(kRoot);
  const { fetchDependencies } = await ensureToolchain(kRoot);
  const fetching = `-DATTN_FETCH_DEPENDENCIES=${fetchDependencies ? 'ON' : 'OFF'}`;
  await step(`Building ${target}`, () =>
    withLock(join(kRoot, 'build/lock'), async () => {
      await run('cmake', ['--preset', preset, fetching], { cwd: kRoot });
      await run('cmake', ['--build', '--preset', preset, '--target', target], { cwd: kRoot });
    }),
  );
  return join(kRoot, 'build', preset, target);
}
