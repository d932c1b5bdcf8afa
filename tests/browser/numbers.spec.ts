import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type * as Package from '../../web/src/index.ts';
import { init } from '../../web/src/index.node.ts';
import { bundle } from '../../web/scripts/package.mjs';
import { tinyFolder } from '../wasm/folder.ts';
import { serveForTest, type TestServer } from './engineServer.ts';

/**
 * The same numbers everywhere: the plain build's are the very bits of Node's, those of the relaxed build, which Node
 * refuses, differ by rounding alone.
 */

let folder = '';
let server: TestServer;
test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attention-numbers-'));
  await bundle(folder, ['index']);
  const { config, weights, tokenizer } = tinyFolder();
  server = await serveForTest({
    folders: { package: folder },
    files: {
      '/index.html': '<!doctype html><title>numbers</title>',
      '/model/config.json': config,
      '/model/model.safetensors': weights,
      '/model/tokenizer.json': tokenizer,
    },
  });
});
test.afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

type Engine = Awaited<ReturnType<typeof Package.init>>;
type Results = Record<string, number[]>;

/** Every operator over shapes with and without tails, and a model. It runs here and in the page: it knows no name outside. */
async function compute(engine: Engine, source: Parameters<Engine['loadModel']>[0]): Promise<Results> {
  const attn = engine as unknown as Package.Engine;
  let state = 7;
  const tensor = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 31 - 1;
    }),
  });
  const results: Results = {};
  for (const n of [1, 4, 5, 7, 8, 33, 70]) {
    const [a, b] = [tensor(n, 19), tensor(19, n + 2)];
    results[`matmul ${n}`] = [...attn.matmul(a, b).data];
    const x = tensor(3, 5 * n);
    results[`softmax ${n}`] = [...attn.softmax(x).data];
    results[`layerNorm ${n}`] = [...attn.layerNorm(x, tensor(5 * n), tensor(5 * n)).data];
    results[`gelu ${n}`] = [...attn.gelu(x).data, ...attn.gelu(x, { approximate: 'tanh' }).data];
    const [q, k, v] = [tensor(4, n, 9), tensor(2, n + 3, 9), tensor(2, n + 3, 6)];
    for (const causal of [false, true]) {
      const { output, pattern } = attn.attention(q, k, v, { causal });
      results[`attention ${n} ${causal}`] = [...output.data, ...pattern.data];
      results[`fused ${n} ${causal}`] = [...attn.attention(q, k, v, { causal, pattern: false }).output.data];
    }
  }
  for (const quantize of [undefined, 'int8' as const]) {
    const model = await attn.loadModel(source, { quantize });
    const run = model.run('abcabc', { record: ['blocks.*.attn.z'] });
    results[`model ${quantize}`] = [...run.logits.data, ...run.activations['blocks.1.attn.z']!.data];
    results[`silent ${quantize}`] = [...model.run('abcabc').logits.data];
    model.dispose();
  }
  return results;
}

for (const build of ['simd', 'relaxed-simd'] as const) {
  test(`the ${build} build computes what Node computes`, async ({ page }) => {
    await page.goto(`${server.url}/index.html`);
    const found = (await page.evaluate(
      async ([code, which]) => {
        const attention = (await import('/package/index.js' as string)) as typeof Package;
        const run = new Function(`return ${code}`)() as typeof compute;
        return run(await attention.init({ build: which }), 'model/');
      },
      [compute.toString(), build] as const,
    )) as Results;
    const expected = await compute(await init(), tinyFolder());
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [name, numbers] of Object.entries(expected)) {
      if (build === 'simd') {
        expect(found[name], name).toEqual(numbers);
        continue;
      }
      const largest = Math.max(...numbers.map(Math.abs));
      const worst = Math.max(...numbers.map((x, i) => Math.abs(x - found[name]![i]!)));
      expect(worst / largest, name).toBeLessThan(1e-5);
    }
  });
}
