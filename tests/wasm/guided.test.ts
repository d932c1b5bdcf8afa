import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { explore } from '../fuzz/guided/explore.mjs';
import { instrument } from '../fuzz/guided/instrument.mjs';
import { bundleTargets, kTargets } from '../fuzz/guided/run.mjs';
import type { Target } from '../fuzz/guided/targets.ts';
import { codeOf } from './errors.ts';

/** The guided fuzzer of the parsers in TypeScript, and a short run of it; `npm run fuzz -- --seconds N` goes on. */

const scope = globalThis as unknown as { hits: Uint32Array };

async function load<T>(code: string): Promise<{ module: T; hits: Uint32Array }> {
  const { code: counted, count } = instrument(code);
  const hits = (scope.hits = new Uint32Array(count));
  const module = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(counted)}`)) as T;
  return { module, hits };
}

const run = (
  feed: (bytes: Uint8Array<ArrayBuffer>) => unknown,
  seeds: Uint8Array<ArrayBuffer>[],
  hits: Uint32Array,
  most: number,
  guide = hits,
) => explore({ feed, seeds, hits: guide, longest: 64, seed: 7, isOver: (executions: number) => executions >= most });

describe('counters', () => {
  it('count every branch and change nothing', async () => {
    const code = `
      const sign = (x) => (x > 0 ? 1 : x < 0 ? -1 : 0);
      const object = (x) => ({ x });
      export function f(x) {
        'use strict';
        let sum = 0;
        for (let i = 0; i < x; ++i) sum += i; while (sum > 100) sum -= 7
        if (x > 3) sum *= 2; else if (x === 2) sum = -5; else { sum += 1; }
        do sum++; while (sum < 0)
        switch (x) { case 1: sum += 10; break; case 2: case 3: { sum += 20; } default: sum += 30; }
        const wanted = x || 9, safe = null ?? x, both = x && { y: x };
        for (const k of [1, 2]) for (const p in object(k)) sum += p.length * k;
        return [sum, wanted, safe, both?.y ?? 'none', sign(x), sign(-x), object(x).x];
      }`;
    const plain = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as {
      f(x: number): unknown;
    };
    const { module, hits } = await load<typeof plain>(code);
    const before = hits.slice();
    for (const x of [0, 1, 2, 3, 4, 20]) expect(module.f(x)).toEqual(plain.f(x));
    expect(hits.some((count, at) => count > before[at]!)).toBe(true);
    // Each counter was reached by one of these.
    expect(hits.every((count) => count > 0)).toBe(true);
  });
});

describe('exploring', () => {
  const nested = `export function feed(bytes) {
    if (bytes[0] === 70) if (bytes[1] === 85) if (bytes[2] === 90) if (bytes[3] === 90) null.x;
    if (bytes[0] === 33) throw Object.assign(new Error('refused'), { name: 'AttentionError' });
  }`;

  it('finds by its counters what lies four conditions deep, and without them does not', async () => {
    const { module, hits } = await load<{ feed(bytes: Uint8Array): void }>(nested);
    const seeds = [new Uint8Array(8)];
    const { finding, executions } = await run(module.feed, seeds, hits, 200_000);
    expect(String(finding?.error)).toMatch(/^TypeError/);
    expect([...finding!.input.slice(0, 4)]).toEqual([...Buffer.from('FUZZ')]);
    const blind = await run(module.feed, seeds, hits, executions, new Uint32Array(1));
    expect([blind.finding, blind.corpus.length]).toEqual([null, 1]);
  });
});

describe('the parsers in TypeScript', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attention-fuzz-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  process.env['ATTN_GOLDEN'] = fileURLToPath(new URL('../golden', import.meta.url));
  const { path, count } = await bundleTargets(folder);
  scope.hits = new Uint32Array(count);
  const { targets } = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as {
    targets: Record<string, Target>;
  };

  it('are those that the fuzzer knows', () => expect(Object.keys(targets)).toEqual(kTargets));

  it.each(kTargets)('%s: takes its seeds, and any bytes without anything but an AttentionError', async (name) => {
    const { feed, seeds } = targets[name]!;
    scope.hits = new Uint32Array(count);
    const taken = await Promise.all(seeds().map(async (seed) => codeOf(() => feed(seed))));
    expect(taken).toContain('none');
    const options = { feed, seeds: seeds(), hits: scope.hits, longest: 4096, seed: 1 };
    const { finding, executions, corpus } = await explore({ ...options, isOver: (ran: number) => ran >= 2000 });
    expect(finding && [Buffer.from(finding.input).toString('base64'), String(finding.error)]).toBeNull();
    expect(executions).toBe(2000);
    expect(corpus.length).toBeGreaterThan(seeds().length);
  });
});
