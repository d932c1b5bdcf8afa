// The npm packages of the lock file, installed once and again whenever the lock changes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StepError, run, step, withLock } from './shell.mjs';

const kOldestNode = [20, 19];

/** Throws when this Node is older than what package.json asks for. */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > kOldestNode[0] || (major === kOldestNode[0] && minor >= kOldestNode[1])) return;
  throw new StepError(`Node ${process.versions.node} is too old`, `install Node ${kOldestNode.join('.')} or later.`);
}

/** Runs `npm ci` in `root` unless its node_modules was made from this very lock file. */
export async function ensureDependencies(root) {
  checkNode();
  const stamp = join(root, 'node_modules/.lock-hash');
  const lock = readFileSync(join(root, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  const isCurrent = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (isCurrent()) return;
  mkdirSync(join(root, 'build'), { recursive: true });
  await withLock(join(root, 'build/npm-ci.lock'), async () => {
    if (isCurrent()) return;
    await step('Installing npm packages', () =>
      run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
        cwd: root,
        advice: 'check that this machine reaches an npm registry (npm ping), then try again.',
      }),
    );
    writeFileSync(stamp, hash);
  });
}
