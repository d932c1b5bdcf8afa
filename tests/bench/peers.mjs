// The libraries to measure against, in exact versions, installed into a folder of their own when they are not there yet.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, step } from '../../wasm/toolchain/shell.mjs';
import { kRoot } from '../../web/scripts/repository.mjs';

export const kPeers = {
  'onnxruntime-web': '1.30.0',
  '@tensorflow/tfjs-core': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
};

export const kBench = join(kRoot, 'build/bench');
export const kPeersFolder = join(kBench, 'peers');
export const kPeersModules = join(kPeersFolder, 'node_modules');

function isInstalled(name) {
  const manifest = join(kPeersModules, name, 'package.json');
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === kPeers[name];
}

/** Installs what is missing. Nothing of it runs on installation, and nothing in the repository depends on it. */
export async function ensurePeers() {
  if (Object.keys(kPeers).every(isInstalled)) return;
  mkdirSync(kPeersFolder, { recursive: true });
  writeFileSync(join(kPeersFolder, 'package.json'), JSON.stringify({ private: true, dependencies: kPeers }, null, 2));
  await step('Installing the libraries to measure against', () =>
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: kPeersFolder,
      advice: 'check that this machine reaches an npm registry (npm ping), then try again.',
    }),
  );
}
