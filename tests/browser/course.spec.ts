import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { bundle } from '../../web/scripts/package.mjs';
import { serveForTest } from './engineServer.ts';

/** The course site of demos/embed, built by MkDocs and served from a sub-path beside the package. */

const kRoot = join(import.meta.dirname, '../..');
let folder = '';

function run(command: string, args: string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { cwd: kRoot, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stderr}`);
}

/** MkDocs from Debian, where it is not there yet. */
function ensureMkdocs(): void {
  if (spawnSync('mkdocs', ['--version']).status === 0) return;
  const install = ['apt-get', '-o', 'DPkg::Lock::Timeout=600', 'install', '-y', '--no-install-recommends', 'mkdocs'];
  if (process.getuid?.() === 0) run(install[0]!, install.slice(1));
  else run('sudo', ['-n', ...install]);
}

test.beforeAll(async () => {
  test.setTimeout(600_000);
  ensureMkdocs();
  folder = mkdtempSync(join(tmpdir(), 'attention-course-'));
  await bundle(join(folder, 'package'), ['element']);
  run(process.execPath, ['demos/embed/course.mjs', join(folder, 'site'), join(folder, 'package')]);
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a course page made by MkDocs draws a real map, from its own files alone', async ({ page }) => {
  const server = await serveForTest({ folders: { course: join(folder, 'site') } });
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${server.url}/course/`) && !/^(data|blob):/.test(request.url()))
      foreign.push(request.url());
  });
  await page.goto(`${server.url}/course/index.html`);
  await expect(page.getByRole('heading', { name: 'Who was loved?' })).toBeVisible();
  const element = page.locator('attention-playground');
  await expect(element.locator('token-chips .chip').last()).toHaveText('?');
  const cell = element.locator('#large [role=gridcell]').first();
  await expect(cell).toHaveAttribute('aria-label', /looks at .*: (\d+\.\d%|<0\.1%)/);
  const rows = await element.evaluate((node) => {
    const { tokens, activations } = (
      node as unknown as { run: { of: { tokens: string[]; activations: Record<string, { data: Float32Array }> } } }
    ).run.of;
    const { data } = activations['blocks.0.attn.pattern']!;
    const count = tokens.length;
    return Array.from({ length: data.length / count }, (_, row) =>
      data.slice(count * row, count * (row + 1)).reduce((sum, x) => sum + x, 0),
    );
  });
  expect(rows.length).toBeGreaterThan(0);
  for (const sum of rows) expect(sum).toBeCloseTo(1, 4);
  // Icons are asked for by browsers themselves, at the host's root.
  expect(foreign.filter((url) => !url.endsWith('/favicon.ico'))).toEqual([]);
  await server.close();
});
