import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

const kRoot = join(import.meta.dirname, '..');
const kPort = Number(process.env.ATTN_TEST_PORT ?? 4180);
const kChromium = '/usr/bin/chromium';
const kFirefox = '/usr/bin/firefox-esr';

/** What takes a quarter of a gigabyte of disk and memory. */
const large = process.env.ATTN_FULL_TESTS ? [] : ['**/large.spec.ts'];

const chromiumFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default defineConfig({
  testDir: join(import.meta.dirname, 'browser'),
  outputDir: join(kRoot, 'test-results'),
  // Patience is for slow machines: what works does not wait.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  use: { baseURL: `http://localhost:${kPort}/`, locale: 'en-US', viewport: { width: 1280, height: 900 } },
  // The built site; `npm test` builds it first.
  webServer: {
    command: `node web/scripts/server.mjs dist/site ${kPort}`,
    cwd: kRoot,
    url: `http://localhost:${kPort}/`,
    reuseExistingServer: false,
  },
  projects: [
    {
      name: 'chromium',
      testIgnore: large,
      use: {
        browserName: 'chromium',
        launchOptions: { executablePath: existsSync(kChromium) ? kChromium : undefined, args: chromiumFlags },
      },
    },
    {
      name: 'firefox',
      testIgnore: ['**/touch.spec.ts', ...large],
      use: {
        browserName: 'firefox',
        // Debian's own Firefox, driven through WebDriver BiDi.
        channel: 'moz-firefox',
        launchOptions: { executablePath: existsSync(kFirefox) ? kFirefox : undefined },
      },
    },
  ],
});
