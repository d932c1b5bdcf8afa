import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, Tensor, WorkerEngine } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { failureOf } from './errors.ts';
import { tinyFolder } from './folder.ts';
import { expectEqual, golden } from './golden.ts';

/** What recorded patterns tell: against numpy and scipy, on a model's own patterns, and what is refused. */

let here: Engine;
let away: WorkerEngine;
beforeAll(async () => {
  here = await init();
  away = await init({ worker: true });
});
afterAll(() => {
  here.dispose();
  away.dispose();
});

const filled = (shape: number[], value: number): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
});

describe('interpretation', () => {
  it.each(Object.entries(golden('interpretation')))('equals numpy and scipy: %s', async (_, arrays) => {
    const patterns = arrays.patterns!;
    const options = { residual: arrays.residual!.data[0]! };
    const roundings = 4 * patterns.shape[0]! * (patterns.shape[2]! + 8);
    const found = {
      mean: here.meanOverHeads(patterns),
      rollout: here.attentionRollout(patterns, options),
      entropy: here.headEntropy(patterns),
      distance: here.headDistance(patterns),
    };
    for (const [name, value] of Object.entries(found)) expectEqual(value, arrays[name]!, roundings);
    const later = {
      mean: await away.meanOverHeads(patterns),
      rollout: await away.attentionRollout(patterns, options),
      entropy: await away.headEntropy(patterns),
      distance: await away.headDistance(patterns),
    };
    expect(later).toEqual(found);
    if (!arrays.flow) return;
    const flow = here.attentionFlow(patterns, options);
    expectEqual(flow, arrays.flow, roundings);
    expect(await away.attentionFlow(patterns, options)).toEqual(flow);
  });

  it('mixes half and half unless told otherwise, and brings a flow to the sum 1 where it is asked to', () => {
    const { patterns } = golden('interpretation').causal as { patterns: Tensor };
    expect(here.attentionRollout(patterns)).toEqual(here.attentionRollout(patterns, { residual: 0.5 }));
    expect(here.attentionFlow(patterns)).toEqual(here.attentionFlow(patterns, { residual: 0.5, normalise: false }));
    const tokens = patterns.shape[2]!;
    const shares = here.attentionFlow(patterns, { normalise: true }).data;
    for (let i = 0; i < tokens; ++i) {
      const sum = shares.subarray(i * tokens, (i + 1) * tokens).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - 1)).toBeLessThan(2 ** -23 * tokens);
    }
  });

  it("reads a model's own patterns, layers put one behind the other", async () => {
    const model = await here.loadModel(tinyFolder());
    const { activations } = model.run('abcabc', { record: ['blocks.*.attn.pattern'] });
    const layers = [0, 1].map((layer) => activations[`blocks.${layer}.attn.pattern`]!);
    const data = Float32Array.from(layers.flatMap((layer) => [...layer.data]));
    const patterns = { shape: [2, ...layers[0]!.shape], data };
    const tokens = layers[0]!.shape[2]!;
    const rollout = here.attentionRollout(patterns);
    expect(rollout.shape).toEqual([2, tokens, tokens]);
    for (let row = 0; row < 2 * tokens; ++row) {
      const shares = rollout.data.subarray(row * tokens, (row + 1) * tokens);
      expect(Math.abs(shares.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(2 ** -23 * 4 * tokens);
      expect([...shares].slice((row % tokens) + 1).every((share) => share === 0)).toBe(true);
    }
    expect(here.headEntropy(patterns).data.slice(0, 2)).toEqual(here.headEntropy(layers[0]!).data);
    model.dispose();
  });
});

describe('what has no meaning', () => {
  const even = filled([2, 1, 4, 4], 0.25);
  const broken = (value: number) => {
    const out = filled([2, 1, 4, 4], 0.25);
    out.data[3] = value;
    return out;
  };

  it.each<[string, string, () => unknown]>([
    ['argument_type', 'pattern', () => here.meanOverHeads(undefined as never)],
    ['argument_type', 'pattern', () => here.headEntropy([[1]] as never)],
    ['argument_shape', 'pattern', () => here.meanOverHeads(filled([4, 4], 0.25))],
    ['argument_shape', 'pattern', () => here.headEntropy(filled([0, 4, 4], 0.25))],
    ['argument_shape', 'pattern', () => here.headDistance(filled([1, 4, 5], 0.2))],
    ['argument_range', 'pattern', () => here.headDistance(broken(NaN))],
    ['argument_range', 'pattern', () => here.headEntropy(broken(-1))],
    ['argument_shape', 'patterns', () => here.attentionRollout(filled([1, 4, 4], 0.25))],
    ['argument_shape', 'patterns', () => here.attentionFlow(filled([2, 1, 4, 5], 0.2))],
    ['argument_range', 'patterns', () => here.attentionRollout(broken(Infinity))],
    ['argument_range', 'patterns', () => here.attentionFlow(broken(-0.5))],
    ['argument_range', 'patterns', () => here.attentionFlow(filled([12, 1, 58, 58], 1 / 58))],
    ['argument_range', 'residual', () => here.attentionRollout(even, { residual: 1.5 })],
    ['argument_range', 'residual', () => here.attentionFlow(even, { residual: NaN })],
    ['argument_type', 'residual', () => here.attentionRollout(even, { residual: '0.5' as never })],
    ['argument_type', 'normalise', () => here.attentionFlow(even, { normalise: 1 as never })],
    ['argument_type', 'options', () => here.attentionFlow(even, null as never)],
    ['option_unknown', 'normalise', () => here.attentionRollout(even, { normalise: true } as never)],
  ])('%s, naming %s', async (code, name, call) => {
    const found = await failureOf(call);
    expect(found.code).toBe(code);
    expect(found.message).toContain(name);
  });
});
