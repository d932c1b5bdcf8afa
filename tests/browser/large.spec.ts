import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { configText, gpt2Shapes, safetensorsHeader } from '../wasm/folder.ts';
import { characterTokenizer } from '../wasm/tokenizers.ts';
import { chips, field, open } from './playgroundPage.ts';

/** A GPT-2 of 124 million random weights in F16, from the disk into the page. Runs with `npm run test:full`. */

const kSmall = { n_layer: 12, n_head: 12, n_embd: 768, n_positions: 1024, vocab_size: 50257 };
const kLetters = Array.from({ length: 26 }, (_, i) => String.fromCodePoint(0x61 + i)).join('');

/** Numbers from 2^-7 to 2^-4 and of both signs, piece after piece. */
function writeWeights(path: string): number {
  const { bytes, size } = safetensorsHeader(gpt2Shapes(kSmall), 'F16', 2);
  const piece = Uint16Array.from({ length: 1 << 19 }, (_, i) => {
    const mixed = Math.imul(i + 1, 0x9e3779b1) >>> 16;
    return (mixed & 0x8000) | (0x2000 + ((mixed & 0x7fff) % 0xc00));
  });
  const file = openSync(path, 'w');
  let at = writeSync(file, bytes);
  while (at < size) at += writeSync(file, new Uint8Array(piece.buffer), 0, Math.min(piece.byteLength, size - at));
  closeSync(file);
  return size;
}

/** Bytes of the processes that show pages, as the system counts them; 0 where the browser does not say which they are. */
async function pageMemory(page: Page, name: string): Promise<number> {
  if (name !== 'chromium') return 0;
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) * 1024);
  return Math.max(...sizes);
}

for (const [kind, limit] of [
  ['F16', 500e6],
  ['int8', 250e6],
] as const) {
  test(`GPT-2 small loads from the disk as ${kind}, reads 64 tokens and writes on`, async ({ page, browserName }) => {
    test.setTimeout(180_000);
    const folder = mkdtempSync(join(tmpdir(), 'attention-large-'));
    try {
      const paths = ['config.json', 'tokenizer.json', 'model.safetensors'].map((name) => join(folder, name));
      writeFileSync(paths[0]!, configText(kSmall));
      writeFileSync(paths[1]!, characterTokenizer(kLetters));
      expect(writeWeights(paths[2]!)).toBeGreaterThan(248e6);
      await open(page);
      await expect(chips(page).first()).toBeVisible();
      const before = await pageMemory(page, browserName);
      await page.getByRole('button', { name: 'Open your own model…' }).click();
      if (kind === 'int8') await page.getByLabel('Round its matrices to int8').check();
      await page.getByLabel('Choose files…').setInputFiles(paths);
      await expect(page.locator('option:checked')).toContainText(kind === 'int8' ? /Your own: .*, int8/ : 'Your own', {
        timeout: 90_000,
      });
      await field(page).fill('attentionisallyouneed'.repeat(4).slice(0, 64));
      await expect(chips(page)).toHaveCount(64, { timeout: 60_000 });
      await page.getByRole('button', { name: 'Continue the text' }).click();
      await expect(page.getByText('40 tokens in')).toBeVisible({ timeout: 60_000 });
      const grown = (await pageMemory(page, browserName)) - before;
      test.info().annotations.push({ type: 'memory', description: `${Math.round(grown / 1e6)} MB more than before` });
      console.log(`page memory, ${kind}: ${Math.round(before / 1e6)} MB before, ${Math.round(grown / 1e6)} MB more`);
      expect(grown).toBeLessThan(limit);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
