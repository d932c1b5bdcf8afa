// Where contenders run: each in a page of its own browser context, or in a Node process of its own.
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StepError } from '../../wasm/toolchain/shell.mjs';
import { serveBench } from './server.mjs';
import { kNodePages, kSite } from './site.mjs';

const kFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Pages wait for their turn in the background; they are not to be slowed down for that.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];
const kPaths = { chromium: '/usr/bin/chromium', firefox: '/usr/bin/firefox-esr' };
const present = (path) => (existsSync(path) ? path : undefined);

/** A fresh browser with a fresh profile. */
export async function launch(name) {
  const { chromium, firefox } = await import('playwright-core');
  if (name === 'chromium') return chromium.launch({ executablePath: present(kPaths.chromium), args: kFlags });
  return firefox.launch({ channel: 'moz-firefox', executablePath: present(kPaths.firefox) });
}

async function openPage(browser, origin, name) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const failures = [];
  page.on('pageerror', (error) => failures.push(error.message));
  await page.goto(`${origin}/${name}.html`);
  const isReady = await page.evaluate(() => typeof globalThis.contender === 'object');
  if (!isReady) throw new Error(`${name}: its page did not start: ${failures.join('; ')}`);
  const call = (method, ...args) =>
    page.evaluate(([asked, values]) => globalThis.contender[asked](...values), [method, args]);
  return { call, close: () => context.close() };
}

async function openBrowser(name) {
  const browser = await launch(name);
  const server = await serveBench();
  return {
    name: `${name} ${browser.version()}`,
    assets: `${server.origin}/`,
    open: (contender) => openPage(browser, server.origin, contender),
    async close() {
      await browser.close();
      server.close();
    },
  };
}

function openProcess(name) {
  // JSON, the default between processes, would turn an infinite error into none.
  const child = fork(join(kNodePages, `${name}.mjs`), { serialization: 'advanced' });
  const waiting = new Map();
  let calls = 0;
  const end = (reason) => {
    for (const { reject } of waiting.values()) reject(new Error(reason));
    waiting.clear();
  };
  child.on('message', ({ id, value, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(value);
  });
  child.on('exit', (code, signal) => end(`the process ended (${signal ?? code})`));
  const call = (method, ...args) =>
    new Promise((resolve, reject) => {
      const id = ++calls;
      waiting.set(id, { resolve, reject });
      child.send({ id, method, args });
    });
  return { call, close: () => child.kill() };
}

const openNode = () => ({
  name: `node ${process.versions.node}`,
  assets: pathToFileURL(join(kSite, '/')).href,
  open: openProcess,
  close() {},
});

/** An engine: `{name, assets, open(contender) -> {call(method, ...args), close()}, close()}`. */
export async function openEngine(name) {
  if (name === 'node') return openNode();
  if (name in kPaths) return openBrowser(name);
  throw new StepError(`unknown engine: ${name}`, 'name chromium, firefox or node.');
}
