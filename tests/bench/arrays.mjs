// node tests/bench/arrays.mjs: microseconds in Chromium of a fresh Float32Array as a result, in each way to make one, and of
// copying as many numbers into the module's memory. A result of every operator that is given no `out` costs this.
import { launch } from './engines.mjs';

const kSizes = [4096, 65_536, 1_048_576];

/** Runs in the page. Best of 15 rounds of about four million numbers. */
function measure(sizes) {
  const numbers = new Float32Array(new WebAssembly.Memory({ initial: 1024 }).buffer).fill(1);
  let kept;
  return sizes.map((size) => {
    const own = new Float32Array(size).fill(2);
    const ways = {
      slice: () => (kept = numbers.slice(1000, 1000 + size)),
      'new, then set': () => (kept = new Float32Array(size)).set(numbers.subarray(1000, 1000 + size)),
      'new from a view': () => (kept = new Float32Array(numbers.subarray(1000, 1000 + size))),
      'copy in': () => numbers.set(own, 1000),
    };
    const count = Math.ceil(4e6 / size);
    const round = (way) => {
      const start = performance.now();
      for (let i = 0; i < count; ++i) way();
      return (1e3 * (performance.now() - start)) / count;
    };
    const best = (way) => Math.min(...Array.from({ length: 15 }, () => round(way)));
    const times = Object.entries(ways).map(([name, way]) => [name, best(way)]);
    return [size, kept.length === size ? Object.fromEntries(times) : {}];
  });
}

const browser = await launch('chromium');
try {
  const page = await browser.newPage();
  for (const [size, times] of await page.evaluate(measure, kSizes)) {
    const cells = Object.entries(times).map(([name, time]) => `${name} ${time.toFixed(1)}`);
    process.stdout.write(`${(size * 4) / 1024} KiB: ${cells.join(', ')}\n`);
  }
} finally {
  await browser.close();
}
