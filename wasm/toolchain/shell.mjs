// What every script of the project needs to run other programs: steps that say what they do and how
// long it took, failures that say what to do about it, a lock for folders that several clones share.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants as system } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A step that failed; `advice` is the sentence that tells the reader what to do about it. */
export class StepError extends Error {
  constructor(message, advice = '') {
    super(message);
    this.name = 'StepError';
    this.advice = advice;
  }
}

/** Seconds since `start` (milliseconds, from `performance.now()`), as text. */
export const secondsSince = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

/** Runs `work`, printing `name` before it and its time after it. */
export async function step(name, work) {
  const start = performance.now();
  process.stdout.write(`- ${name} ...\n`);
  const result = await work();
  process.stdout.write(`  done in ${secondsSince(start)}\n`);
  return result;
}

/**
 * Runs a program to its end. Quiet by default: what it printed is shown only when it fails.
 * Options: `cwd`, `env` (added to this process's), `show` (pass its output through), `advice`
 * (for the StepError that a non-zero exit throws), `accept` (exit codes that are no failure).
 * Resolves to `{code, output}`; `output` is empty with `show`.
 */
export function run(program, args, options = {}) {
  const { cwd, env, show = false, advice = '', accept = [0] } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk) => (output += chunk);
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.on('error', (error) => reject(new StepError(`cannot run ${program}: ${error.message}`, advice)));
    child.on('close', (exitCode, signal) => {
      const code = exitCode ?? 128 + (system.signals[signal] ?? 0);
      if (accept.includes(code)) return resolve({ code, output });
      const command = [program, ...args].join(' ');
      const shown = command.length > 300 ? `${command.slice(0, 300)} ...` : command;
      const tail = output.split('\n').slice(-60).join('\n').trimEnd();
      reject(new StepError(`exit ${code} from: ${shown}${tail ? `\n${tail}` : ''}`, advice));
    });
  });
}

/** The text a program prints, trimmed, or `null` when it is missing or fails. */
export function ask(program, args) {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : null;
}

/** The full path of `program` on PATH, or `null`. */
export function which(program) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (!folder) continue;
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not there, or in a folder of PATH that this user may not enter.
    }
  }
  return null;
}

/** Prints what went wrong and what to do, for the end of a command; returns the exit code 1. */
export function reportFailure(error) {
  const known = error instanceof StepError;
  process.stderr.write(`\nFailed: ${known ? error.message : (error.stack ?? error)}\n`);
  if (known && error.advice) process.stderr.write(`\nWhat to do: ${error.advice}\n`);
  return 1;
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Holds the folder `path` as a lock while `work` runs; a lock whose process died is taken over. */
export async function withLock(path, work) {
  const owner = join(path, 'pid');
  for (let told = false; ; await sleep(500)) {
    if (makeFolder(path)) break;
    const pid = ownerOf(path);
    if (pid === 0) removeDead(path);
    if (pid > 0 && !told) process.stdout.write(`  waiting for process ${pid}, which does the same\n`);
    told ||= pid > 0;
  }
  writeFileSync(owner, String(process.pid));
  try {
    return await work();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Whether this call made the folder: of several processes one does. */
function makeFolder(path) {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** The living process that owns the lock; 0 if it has died, -1 if the lock was made a moment ago or is gone. */
function ownerOf(path) {
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  try {
    const pid = Number(readFileSync(join(path, 'pid'), 'utf8'));
    return pid && isAlive(pid) ? pid : 0;
  } catch {
    return age < 5000 ? -1 : 0;
  }
}

/** Removes a dead owner's lock. One process at a time looks and removes: a second would remove the first one's own. */
function removeDead(path) {
  const guard = `${path}.guard`;
  if (!makeFolder(guard)) {
    const age = Date.now() - (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 10_000) rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    if (ownerOf(path) === 0) rmSync(path, { recursive: true, force: true });
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}
