// node web/scripts/pictures.mjs [name...]: the gallery's pictures of the demos, from the pages as they run in Chromium.
// A page marks its essential part with `data-picture`; `data-width` is the window's width, `data-press` names buttons to press first.
import { existsSync, writeFileSync } from 'node:fs';
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
/** Pixels of a picture: a card is about half as wide, so it is sharp on fine screens. */
const kWidth = 1280;
/** Around a marked part, in CSS pixels; a page without a mark gives its first figure, to the edge. */
const kMargin = 14;
/** Height by width of a card's picture. */
const kAspect = 400 / 640;

const kPart = '[data-picture], main:not(:has([data-picture])) figure';

/** The part's place on the page, cut to the shape of a card. */
async function clipOf(page) {
  const { x, y, width } = await page.locator(kPart).first().boundingBox();
  const isMarked = (await page.locator('[data-picture]').count()) > 0;
  const margin = isMarked ? kMargin : 0;
  const wide = width + 2 * margin;
  return { x: x - margin, y: y - margin, width: wide, height: wide * kAspect };
}

/** A PNG of the part once it has stood still for a while. */
async function whenSteady(page) {
  const limit = performance.now() + 120_000;
  for (let before = null; ;) {
    const now = await page.screenshot({ clip: await clipOf(page), fullPage: true });
    if (before?.equals(now)) return now;
    if (performance.now() > limit) throw new Error(`${page.url()}: the picture does not come to rest`);
    before = now;
    await page.waitForTimeout(kSteadyMilliseconds);
  }
}

/** As WebP, for which the browser has an encoder and Playwright none; as fine as `kMostBytes` allows. */
async function toWebp(page, png) {
  const base64 = await page.evaluate(
    async ([data, width, height, most]) => {
      const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
      const canvas = new OffscreenCanvas(width, height);
      canvas.getContext('2d').drawImage(image, 0, 0, width, height);
      let blob;
      for (let quality = 0.9; quality > 0.3 && !(blob?.size <= most); quality -= 0.1) {
        blob = await canvas.convertToBlob({ type: 'image/webp', quality });
      }
      return btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''));
    },
    [png.toString('base64'), kWidth, kWidth * kAspect, kMostBytes],
  );
  return Buffer.from(base64, 'base64');
}

/** Opens the demo and waits for what it draws. */
async function open(browser, url, options) {
  const page = await browser.newPage({ ...options, locale: 'en-US' });
  await page.goto(url);
  await page.locator(kPart).first().waitFor({ timeout: 60_000 });
  await page.locator(`:is(${kPart}) :is(canvas, svg, heat-text > span)`).first().waitFor({ timeout: 60_000 });
  return page;
}

async function takePicture(browser, url, shade) {
  const options = { viewport: { width: 1280, height: 900 }, colorScheme: shade };
  const first = await open(browser, url, options);
  const { width = 1280, press = '' } = await first
    .locator(kPart)
    .first()
    .evaluate(({ dataset }) => ({ ...dataset }));
  await first.setViewportSize({ width: Number(width), height: 900 });
  const deviceScaleFactor = kWidth / (await clipOf(first)).width;
  await first.close();
  const page = await open(browser, url, {
    ...options,
    viewport: { width: Number(width), height: 900 },
    deviceScaleFactor,
  });
  for (const selector of press.split(' ').filter(Boolean)) await page.click(selector);
  const png = await whenSteady(page);
  await page.close();
  const blank = await browser.newPage();
  const picture = await toWebp(blank, png);
  await blank.close();
  if (picture.length > kMostBytes)
    throw new Error(`${url}: found a picture of ${picture.length} bytes, expected at most ${kMostBytes}`);
  return picture;
}

try {
  await buildSite();
  const server = await serve(join(kRoot, 'dist/site'), kFirstPort);
  const executablePath = existsSync(kChromium) ? kChromium : undefined;
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'],
  });
  const wanted = process.argv.slice(2);
  const names = wanted.length > 0 ? wanted : demoNames(kRoot);
  for (const name of names) {
    await step(`Picture of demos/${name}`, async () => {
      for (const [shade, file] of Object.entries(kPictures)) {
        const url = `http://localhost:${server.port}/demos/${name}/index.html`;
        writeFileSync(join(kRoot, 'demos', name, file), await takePicture(browser, url, shade));
      }
    });
  }
  await browser.close();
  process.exit(0);
} catch (error) {
  // The browser and the server may still be open.
  process.exit(reportFailure(error));
}
