import { describe, expect, it } from 'vitest';
import { init } from '../../web/src/index.node.ts';
import { codeOf } from './errors.ts';
import { tinyFolder } from './folder.ts';
import { heldOutTexts, meanSurprise, open } from './heldOut.ts';

/** Weights kept as bytes. */

describe('int8 weights', () => {
  it.each(['tang', 'shakespeare'] as const)(
    '%s: the perplexity is within half a percent of that without',
    async (name) => {
      const texts = heldOutTexts(name);
      const [floats, bytes] = [await open(name), await open(name, { quantize: 'int8' })];
      const asFloats = 4 * floats.info.parameters;
      expect(floats.info.weight_bytes).toBeLessThan(0.6 * asFloats); // the folder's F16
      expect(bytes.info.weight_bytes).toBeLessThan(0.32 * asFloats);
      expect(bytes.info.parameters).toBe(floats.info.parameters);
      const [before, after] = [floats, bytes].map((model) => meanSurprise(model, texts).loss) as [number, number];
      expect(after).not.toBe(before);
      expect(Math.abs(Math.exp(after - before) - 1)).toBeLessThan(0.005);
    },
  );

  it('records every station, in float', async () => {
    const model = await open('sort', { quantize: 'int8' });
    const floats = await open('sort');
    const record = model.info.stations;
    const [found, expected] = [model.run('3141>', { record }), floats.run('3141>', { record })];
    for (const name of record) {
      const [x, y] = [found.activations[name]!.data, expected.activations[name]!.data];
      const largest = y.reduce((most, value) => Math.max(most, Number.isFinite(value) ? Math.abs(value) : 0), 1e-3);
      x.forEach((value, i) => {
        if (Number.isFinite(y[i]!)) expect(Math.abs(value - y[i]!)).toBeLessThan(0.1 * largest);
        else expect(value).toBe(y[i]);
      });
    }
  });

  it('writes what a run foretells', async () => {
    const model = await open('shakespeare', { quantize: 'int8' });
    let text = 'ROMEO:';
    for await (const step of model.generate(text, { maxTokens: 12, temperature: 0 })) {
      const { probs } = model.run(text, { logits: 'last' });
      const likeliest = probs.data.indexOf(probs.data.reduce((most, p) => Math.max(most, p), 0));
      expect(step.id).toBe(likeliest);
      text = step.text;
    }
  });

  it('another format is refused by name', async () => {
    const engine = await init();
    expect(await codeOf(() => engine.loadModel(tinyFolder(), { quantize: 'int4' as never }))).toBe('argument_type');
  });
});
