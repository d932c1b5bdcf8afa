// node web/scripts/pictures.mjs [name...]: the gallery's pictures of the demos, from the pages as they run in Chromium.
// A page marks its essential part with `data-picture`; `data-width` is the window's width, `data-press` names buttons to press first.
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { reportFailure, step } from '../../wasm/toolchain/shell.mjs';
import { demoNames, kPictures } from './gallery.mjs';
import { kRoot } from './repository.mjs';
import { serve } from './server.mjs';
import { buildSite } from './site.mjs';

const kFirstPort = 8190;
const kMostBytes = 80_000;
const kSteadyMilliseconds = 1500;
const kChromium = '/usr/bin/chromium';
/** Height by width of a card's picture. */
const kAspect = 400 / 640;

/** A picture of `locator`'s upper part once it has stood still for a while. */
async function whenSteady(page, clip) {
  const limit = performance.now() + 120_000;
  for (let before = null; ; ) {
    const now = await page.screenshot({ clip: await clip(), fullPage: true });
    if (before?.equals(now)) return now;
    if (performance.now() > limit) throw new Error(`${page.url()}: the picture does not come to rest`);
    before = now;
    await page.waitForTimeout(kSteadyMilliseconds);
  }
}

async function takePicture(browser, base, name, shade) {
  const open = (width) => browser.newPage({ viewport: { width, height: 900 }, deviceScaleFactor: 1, colorScheme: shade, locale: 'en-US' });
  let page = await open(1280);
  await page.goto(`${base}/demos/${name}/index.html`);
  const { width, press } = await page.locator('[data-picture]').evaluate(({ dataset }) => ({ ...dataset }));
  if (width) await page.setViewportSize({ width: Number(width), height: 900 });
  const part = page.locator('[data-picture]');
  await part.waitFor({ timeout: 60_000 });
  await page.locator('[data-picture] canvas, [data-picture] svg, [data-picture] heat-text > span').first().waitFor({ timeout: 60_000 });
  for (const selector of press?.split(' ') ?? []) await page.click(selector);
  const clip = async () => {
    const box = await part.boundingBox();
    return { ...box, height: Math.round(box.width * kAspect) };
  };
  const picture = await whenSteady(page, clip);
  await page.close();
  if (picture.length > kMostBytes) throw new Error(`demos/${name}: found a picture of ${picture.length} bytes, expected at most ${kMostBytes}`);
  writeFileSync(join(kRoot, 'demos', name, kPictures[shade]), picture);
}

try {
  await buildSite();
  const server = await serve(join(kRoot, 'dist/site'), kFirstPort);
  const executablePath = existsSync(kChromium) ? kChromium : undefined;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'] });
  const wanted = process.argv.slice(2);
  const names = wanted.length > 0 ? wanted : demoNames(kRoot);
  for (const name of names) {
    await step(`Picture of demos/${name}`, async () => {
      for (const shade of Object.keys(kPictures)) await takePicture(browser, `http://localhost:${server.port}`, name, shade);
    });
  }
  await browser.close();
  process.exit(0);
} catch (error) {
  process.exitCode = reportFailure(error);
}
