// A stranger's first minutes: clone the last commit into an empty folder, `npm start`, open the page.
// The toolchain and npm's downloads come from the user's caches. The wasm modules of this folder come
// along with their stamp, so that they are built again only if the commit holds other sources; with
// ATTN_FULL_TESTS everything is built anew.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../wasm/toolchain/shell.mjs';

const kFirstPort = '8180';

/** Runs `npm start` in `folder` until it serves. Resolves to `{address, seconds, stop()}`. */
function startServing(folder, limitSeconds) {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['start'], {
      cwd: folder,
      detached: true,
      env: { ...process.env, PORT: kFirstPort },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = new Promise((settle) => child.on('close', settle));
    const stop = async () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGTERM');
      await closed;
    };
    let output = '';
    const fail = (reason) => reject(new Error(`npm start in a fresh clone ${reason}\n${output}`));
    const timer = setTimeout(() => {
      fail(`did not serve within ${limitSeconds} s`);
      stop();
    }, limitSeconds * 1000);
    const read = (chunk) => {
      output += chunk;
      const address = /^Ready in .*(http:\/\/localhost:\d+)\//m.exec(output)?.[1];
      if (!address) return;
      clearTimeout(timer);
      resolve({ address, seconds: (performance.now() - begun) / 1000, stop });
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    closed.then((code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
}

async function expectServed(address, path, type, check) {
  const answer = await fetch(`${address}/${path}`);
  if (answer.status !== 200) throw new Error(`${path}: status ${answer.status}, expected 200`);
  const found = answer.headers.get('content-type');
  if (!found.startsWith(type)) throw new Error(`${path}: content type ${found}, expected ${type}`);
  const body = Buffer.from(await answer.arrayBuffer());
  if (!check(body)) throw new Error(`${path}: the content is not what it should be`);
}

/** The checks, in order: `[name, async (clone) => void]`; `clone` is `{folder, first}`. */
const kChecks = [
  [
    'npm start serves the page',
    ({ first }) => expectServed(first.address, '', 'text/html', (body) => body.includes('<script')),
  ],
  [
    'npm start serves every wasm module',
    async ({ folder, first }) => {
      const modules = readdirSync(join(folder, 'dist/site/assets')).filter((name) => name.endsWith('.wasm'));
      if (modules.length < 2) throw new Error(`found ${modules.length} modules, expected both builds`);
      const isModule = (body) => body.subarray(0, 4).equals(Buffer.from('\0asm'));
      for (const name of modules) await expectServed(first.address, `assets/${name}`, 'application/wasm', isModule);
    },
  ],
  [
    'npm start a second time serves within 5 seconds',
    async ({ folder, first }) => {
      await first.stop();
      const second = await startServing(folder, 60);
      await second.stop();
      if (second.seconds > 5) throw new Error(`it took ${second.seconds.toFixed(1)} s`);
    },
  ],
];

/** Takes the built modules along; their stamp says from which sources they were made. */
function bringModules(root, folder) {
  for (const path of ['web/src/engine/generated', 'build/stamps/wasm']) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
}

/** Clones `root` and runs the checks. Resolves to counts; prints what failed. */
export async function testFreshClone(root, print) {
  const folder = mkdtempSync(join(tmpdir(), 'attention-playground-clone-'));
  const count = { passed: 0, failed: 0, skipped: 0 };
  let first;
  try {
    await run('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, folder]);
    if (!process.env.ATTN_FULL_TESTS) bringModules(root, folder);
    first = await startServing(folder, 420);
    print(`fresh clone: npm start served after ${first.seconds.toFixed(1)} s`);
    for (const [name, check] of kChecks) {
      try {
        await check({ folder, first });
        count.passed += 1;
      } catch (error) {
        count.failed += 1;
        print(`${name}: ${error.message}`);
      }
    }
  } catch (error) {
    print(error.message);
    count.failed += kChecks.length - count.passed - count.failed;
  } finally {
    await first?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return count;
}
