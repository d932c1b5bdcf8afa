import { beforeAll, describe, expect, it } from 'vitest';
import type { GenerateOptions, Model, Step, WorkerModel } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { codeOf } from './errors.ts';
import { tinyFolder } from './folder.ts';

let model: Model;
let away: WorkerModel;

beforeAll(async () => {
  model = await (await init()).loadModel(tinyFolder());
  away = await (await init({ worker: true })).loadModel(tinyFolder());
});

async function steps(options: GenerateOptions, text = 'abc', from: Model | WorkerModel = model): Promise<Step[]> {
  const found: Step[] = [];
  for await (const step of from.generate(text, options)) found.push(step);
  return found;
}

const ids = async (options: GenerateOptions, text?: string, from?: Model | WorkerModel) =>
  (await steps(options, text, from)).map((step) => step.id);

describe('generation', () => {
  it('gives the same text for the same seed, here and in a worker, and another for another', async () => {
    const first = await ids({ seed: 1, maxTokens: 30 });
    expect(first).toHaveLength(30);
    expect(await ids({ seed: 1, maxTokens: 30 })).toEqual(first);
    expect(await ids({ seed: 1, maxTokens: 30 }, 'abc', away)).toEqual(first);
    expect(await ids({ seed: 2, maxTokens: 30 })).not.toEqual(first);
  });

  it('is greedy at temperature 0: each token is the likeliest of a run over the text so far', async () => {
    let text = 'abc';
    for (const step of await steps({ temperature: 0, maxTokens: 8 })) {
      const { probs } = model.run(text);
      expect(step.id).toBe(probs.data.indexOf(Math.max(...probs.data)));
      text += step.token;
      expect(step.text).toBe(text);
    }
  });

  it("tells each token's probability as a run does", async () => {
    const [step] = await steps({ maxTokens: 1, seed: 3 });
    expect(step!.probability).toBeCloseTo(model.run('abc').probs.data[step!.id]!, 5);
    expect(step!.milliseconds).toBeGreaterThanOrEqual(0);
  });

  it('keeps to the k likeliest, and to the likeliest that reach p', async () => {
    const { probs } = model.run('abc');
    const order = [...probs.data.keys()].sort((a, b) => probs.data[b]! - probs.data[a]!);
    for (let seed = 0; seed < 40; ++seed) {
      const [drawn] = await ids({ maxTokens: 1, seed, topK: 2, temperature: 3 });
      expect(order.slice(0, 2)).toContain(drawn);
      expect(await ids({ maxTokens: 1, seed, topP: 0.01 })).toEqual([order[0]]);
    }
  });

  it('goes on beyond the context', async () => {
    expect(await ids({ maxTokens: 50 })).toHaveLength(50);
  });

  it('stops after the text it was to stop at, and at the end token', async () => {
    const free = await steps({ seed: 1, maxTokens: 30 });
    const stop = free[4]!.token;
    const stopped = await steps({ seed: 1, maxTokens: 30, stop });
    expect(stopped.at(-1)!.token).toBe(stop);
    expect(stopped.length).toBe(free.findIndex((step) => step.token === stop) + 1);
    const ending = await (await init()).loadModel(tinyFolder({ config: { eos_token_id: free[4]!.id } }));
    const ended = await steps({ seed: 1, maxTokens: 30 }, 'abc', ending);
    expect(ended.map((step) => step.id)).toEqual(
      free
        .slice(
          0,
          free.findIndex((step) => step.id === free[4]!.id),
        )
        .map((step) => step.id),
    );
  });

  it('follows edits', async () => {
    const edits = [{ at: 'blocks.*.attn.pattern', set: 0 }];
    const { probs } = model.run('abc', { edits });
    const [step] = await steps({ maxTokens: 1, temperature: 0, edits });
    expect(step!.id).toBe(probs.data.indexOf(Math.max(...probs.data)));
  });

  it('is not disturbed by runs and other generations between its steps', async () => {
    const alone = await ids({ seed: 4, maxTokens: 20 });
    const found: number[] = [];
    const other = model.generate('kk', { seed: 9, maxTokens: 100 });
    for await (const step of model.generate('abc', { seed: 4, maxTokens: 20 })) {
      found.push(step.id);
      model.run('hgfedcba', { edits: [{ at: 'blocks.*.attn.pattern', set: 0 }] });
      await other.next();
    }
    await other.return!();
    expect(found).toEqual(alone);
  });
});

describe.each([
  ['here', () => model],
  ['in a worker', () => away],
] as const)('a generation %s', (_, pick) => {
  it('ends by signal, by break, and produces nothing for 0 tokens', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let count = 0;
    const aborted = (async () => {
      for await (const _ of pick().generate('abc', { maxTokens: 1e6, signal: controller.signal }))
        if (++count === 3) controller.abort(reason);
    })();
    await expect(aborted).rejects.toBe(reason);
    expect(count).toBe(3);
    await expect(
      pick()
        .generate('abc', { signal: AbortSignal.abort(reason) })
        .next(),
    ).rejects.toBe(reason);
    for await (const _ of pick().generate('abc', { maxTokens: 1e6 })) if (++count === 6) break;
    expect(await steps({ maxTokens: 0 }, 'abc', pick())).toEqual([]);
  });

  it('refuses options that make no sense, by name', async () => {
    const next = (options: object, text = 'abc') => codeOf(() => pick().generate(text, options).next());
    expect(await next({ maxTokens: -1 })).toBe('argument_range');
    expect(await next({ maxTokens: 1.5 })).toBe('argument_range');
    expect(await next({ topK: -1 })).toBe('argument_range');
    expect(await next({ topK: 2 ** 40 })).toBe('argument_range');
    expect(await next({ topP: 0 })).toBe('argument_range');
    expect(await next({ topP: 2 })).toBe('argument_range');
    expect(await next({ temperature: -1 })).toBe('argument_range');
    expect(await next({ temperature: NaN })).toBe('argument_range');
    expect(await next({ seed: -1 })).toBe('argument_range');
    expect(await next({ tempreature: 1 })).toBe('option_unknown');
    expect(await next({ edits: [{ at: 'nowhere', set: 0 }] })).toBe('station_unknown');
    expect(await next({}, '')).toBe('text_empty');
  });
});

it('a generation whose model is disposed ends with an error', async () => {
  for (const options of [{ worker: false } as const, { worker: true } as const]) {
    const engine = await init(options as { worker: true });
    const passing = await engine.loadModel(tinyFolder());
    const text = passing.generate('abc', { maxTokens: 1e6 });
    await text.next();
    passing.dispose();
    expect(await codeOf(() => text.next())).toBe('disposed');
  }
});

it('a slow reader never lets a generation run ahead', async () => {
  const begun = performance.now();
  const text = away.generate('abc', { maxTokens: 1e6 });
  const first = await text.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const second = await text.next();
  expect([first.done, second.done]).toEqual([false, false]);
  // Were the million tokens drawn meanwhile, this would take minutes.
  await text.return!();
  await away.run('a');
  expect(performance.now() - begun).toBeLessThan(5000);
});
