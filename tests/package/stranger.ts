import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

export const kRoot = join(import.meta.dirname, '../..');
const exec = promisify(execFile);

/** What a program printed; throws with its output when it fails. */
export async function runProgram(program: string, args: string[], cwd: string): Promise<string> {
  try {
    const { stdout, stderr } = await exec(program, args, { cwd, maxBuffer: 2 ** 26 });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

export const node = (args: string[], cwd: string) => runProgram(process.execPath, args, cwd);
export const tool = (path: string) => join(kRoot, 'node_modules', path);

/** The package as `npm run build` left it, packed. */
export interface Packed {
  folder: string;
  tarball: string;
  remove: () => void;
}

export async function packPackage(): Promise<Packed> {
  const folder = join(kRoot, 'dist/package');
  if (!existsSync(join(folder, 'package.json'))) throw new Error('there is no dist/package: run npm run build first');
  const top = mkdtempSync(join(tmpdir(), 'attention-pack-'));
  await runProgram('npm', ['pack', '--pack-destination', top], folder);
  const name = readdirSync(top).find((file) => file.endsWith('.tgz'))!;
  return { folder, tarball: join(top, name), remove: () => rmSync(top, { recursive: true, force: true }) };
}

/** An empty project of somebody else, with nothing but the tarball installed, from no registry. */
export async function newProject(
  tarball: string,
  files: Record<string, string | Uint8Array> = {},
): Promise<{ folder: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'attention-stranger-'));
  const all = { 'package.json': '{"private":true,"type":"module"}', ...files };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  await runProgram('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball], folder);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Copies a folder of the repository into a project, without its manifest and what was installed or built there. */
export function copyIn(from: string, to: string): void {
  cpSync(join(kRoot, from), to, {
    recursive: true,
    filter: (path) => !/\/(node_modules|dist|package\.json)$/.test(path),
  });
}
