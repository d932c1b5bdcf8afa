import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, NonLocalOptions, NonLocalWeights, Tensor, WorkerEngine } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { failureOf } from './errors.ts';
import { expectEqual, golden, pick } from './golden.ts';

/** Images and the non-local block, here and in a worker: against numpy, scipy and skimage, and what is refused. */

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
const random = (shape: number[], seed: number): Tensor => {
  let state = seed;
  const out = filled(shape, 0);
  out.data.forEach((_, i) => (out.data[i] = (state = (state * 16807) % 2147483647) / 2147483647));
  return out;
};
const casesOf = (file: string, kind: string) =>
  Object.entries(golden(file)).filter(([name]) => name.startsWith(`${kind}_`));

describe('image filters', () => {
  it('are listed with what they say of themselves, here and in a worker', async () => {
    const rows = here.imageFilters();
    expect(rows.map(({ name }) => name)).toEqual(['mean', 'gaussian', 'bilateral', 'non_local_means']);
    for (const row of rows) {
      for (const text of [row.label, row.label_zh, row.formula, row.reference, row.function])
        expect(text).toMatch(/\S/);
    }
    expect(await away.imageFilters()).toEqual(rows);
  });

  it.each(casesOf('image', 'filter'))('equal numpy: %s', async (_, arrays) => {
    const { name, params: known } = here.imageFilters()[arrays.index!.data[0]!]!;
    const params = Object.fromEntries(known.map((parameter, i) => [parameter.name, arrays.params!.data[i]!]));
    const [row, column] = arrays.pixel!.data as unknown as [number, number];
    const roundings = 4 * (arrays.weights!.data.length + 20 * Math.log(arrays.weights!.data.length + 1));
    const image = arrays.image!;
    const found = here.imageFilter(image, { filter: name, params });
    expectEqual(found, arrays.filtered!, roundings);
    expect(await away.imageFilter(image, { filter: name, params })).toEqual(found);
    const window = here.filterWeights(image, row, column, { filter: name, params });
    expectEqual(window.weights, arrays.weights!, 12);
    expect(window.distances.shape).toEqual(arrays.distances!.shape);
    window.distances.data.forEach((distance, i) => {
      expect(Number.isFinite(distance)).toBe(Number.isFinite(arrays.distances!.data[i]!));
    });
    expect(Math.abs(window.sum - arrays.sum!.data[0]!)).toBeLessThan(2 ** -20 * window.sum);
    const channels = window.value.data.length;
    const pixel = found.data.slice((row * image.shape[1]! + column) * channels).slice(0, channels);
    expectEqual(window.value, { shape: [channels], data: pixel }, roundings);
    expect(await away.filterWeights(image, row, column, { filter: name, params })).toEqual(window);
  });

  it('give bands of rows, non-local means unless told otherwise, and read held images', () => {
    const image = random([13, 11, 3], 1);
    const whole = here.imageFilter(image);
    expect(whole).toEqual(here.imageFilter(image, { filter: 'non_local_means', params: { h: 0.1, patch: 7 } }));
    const held = here.hold(image);
    const bands = [0, 5, 10].map((firstRow) => here.imageFilter(held, { firstRow, rows: firstRow < 10 ? 5 : 3 }));
    expect(Float32Array.from(bands.flatMap(({ data }) => [...data]))).toEqual(whole.data);
    expect(here.imageFilter(image, { firstRow: 12 }).shape).toEqual([1, 11, 3]);
    held.dispose();
  });
});

describe('operators on images', () => {
  it.each(casesOf('image', 'convolve'))('convolve as scipy correlates: %s', async (_, arrays) => {
    const found = here.convolve(arrays.image!, arrays.kernel!);
    expectEqual(found, arrays.convolved!, 2);
    expect(await away.convolve(arrays.image!, arrays.kernel!)).toEqual(found);
  });

  it.each(casesOf('image', 'noise'))('tell noise as skimage does: %s', async (_, arrays) => {
    const peak = arrays.peak!.data[0]!;
    const found = here.peakSignalToNoise(arrays.image!, arrays.reference!, { peak });
    expectEqual({ shape: [1], data: Float32Array.of(found) }, arrays.decibels!, 1);
    expect(await away.peakSignalToNoise(arrays.image!, arrays.reference!, { peak })).toBe(found);
    expect(here.peakSignalToNoise(arrays.image!, arrays.image!)).toBe(Infinity);
  });

  it('make features that scipy makes', async () => {
    const [, arrays] = casesOf('image', 'features')[0]!;
    const found = here.localFeatures(arrays.image!);
    const least = Math.min(...arrays.deviations!.data);
    expectEqual(found, arrays.features!, 16 / least + 1);
    expect(await away.localFeatures(arrays.image!)).toEqual(found);
  });

  it('cut patches of which attention with a Gaussian kernel makes non-local means', async () => {
    const image = random([7, 6], 2);
    const patches = here.imagePatches(image, { size: 3 });
    expect(patches.shape).toEqual([42, 9]);
    expect(here.imagePatches(image).shape).toEqual([42, 25]);
    expect(await away.imagePatches(image, { size: 3 })).toEqual(patches);
    const keys = { shape: [1, 42, 9], data: patches.data };
    const { output } = here.attention(
      keys,
      keys,
      { shape: [1, 42, 1], data: image.data },
      { scoring: 'gaussian_kernel', params: { bandwidth: 0.2 * Math.sqrt(9 / 2) } },
    );
    const found = here.imageFilter(image, { params: { h: 0.2, patch: 3, search: 13 } });
    expectEqual({ shape: [7, 6], data: output.data }, found, 500);
  });
});

describe('the non-local block', () => {
  it.each(Object.entries(golden('non_local')))('equals numpy: %s', async (name, arrays) => {
    const [, kind, end] = /^(.*)_(\w+?)$/.exec(name) as unknown as [string, NonLocalOptions['kind'], string];
    const options: NonLocalOptions = { kind, ...(/\d/.test(end) ? {} : { normalisation: end }) };
    const weights = pick(arrays, ['g', 'w_z', 'theta', 'phi', 'w_f']) as unknown as NonLocalWeights<Tensor>;
    const found = here.nonLocalBlock(arrays.x!, weights, options);
    const largest = Math.max(...arrays.x!.data.map(Math.abs));
    const roundings = (1 + 4 * arrays.x!.shape[1]! * largest ** 2) * (arrays.x!.shape[0]! + 40);
    for (const result of ['output', 'pattern', 'y'] as const) expectEqual(found[result], arrays[result]!, roundings);
    expect(await away.nonLocalBlock(arrays.x!, weights, options)).toEqual(found);
  });

  it('embeds Gaussians unless told otherwise', () => {
    const { x, g, w_z, theta, phi } = golden('non_local').embedded_gaussian_0 as Record<string, Tensor>;
    const weights = { g: g!, w_z: w_z!, theta: theta!, phi: phi! };
    expect(here.nonLocalBlock(x!, weights)).toEqual(here.nonLocalBlock(x!, weights, { kind: 'embedded_gaussian' }));
  });
});

describe('what has no meaning', () => {
  const image = filled([4, 5], 0.5);
  const weights = { g: filled([3, 2], 1), w_z: filled([2, 3], 1) };
  const x = filled([4, 3], 1);

  it.each<[string, string, () => unknown]>([
    ['argument_type', 'image', () => here.imageFilter(undefined as never)],
    ['argument_type', 'filter', () => here.imageFilter(image, { filter: 3 as never })],
    ['variant_unknown', 'median', () => here.imageFilter(image, { filter: 'median' })],
    ['option_unknown', 'sigma', () => here.imageFilter(image, { params: { sigma: 1 } })],
    ['option_unknown', 'first', () => here.imageFilter(image, { first: 1 } as never)],
    ['argument_type', 'h', () => here.imageFilter(image, { params: { h: '1' as never } })],
    ['argument_type', 'params', () => here.imageFilter(image, { params: null as never })],
    ['argument_type', 'imageFilter', () => here.imageFilter(image, null as never)],
    ['argument_range', 'patch', () => here.imageFilter(image, { params: { patch: 4 } })],
    ['argument_range', 'rows', () => here.imageFilter(image, { rows: 0 })],
    ['argument_range', 'rows', () => here.imageFilter(image, { firstRow: 2, rows: 3 })],
    ['argument_range', 'firstRow', () => here.imageFilter(image, { firstRow: 4 })],
    ['argument_range', 'firstRow', () => here.imageFilter(image, { firstRow: -1 })],
    ['argument_range', 'image', () => here.imageFilter(filled([4, 5], NaN))],
    ['argument_shape', 'image', () => here.imageFilter(filled([4, 5, 5], 0))],
    ['argument_range', 'row', () => here.filterWeights(image, 4, 0)],
    ['argument_range', 'column', () => here.filterWeights(image, 0, 1.5)],
    ['argument_range', 'size', () => here.imagePatches(image, { size: 2 })],
    ['argument_type', 'size', () => here.imagePatches(image, { size: '3' as never })],
    ['argument_shape', 'kernel', () => here.convolve(image, filled([2, 2], 1))],
    ['argument_type', 'kernel', () => here.convolve(image, undefined as never)],
    ['argument_shape', 'reference', () => here.peakSignalToNoise(image, filled([5, 4], 0))],
    ['argument_range', 'peak', () => here.peakSignalToNoise(image, image, { peak: 0 })],
    ['argument_shape', 'image', () => here.localFeatures(filled([4], 0))],
    ['variant_unknown', 'kind', () => here.nonLocalBlock(x, weights, { kind: 'cosine' as never })],
    ['argument_type', 'kind', () => here.nonLocalBlock(x, weights, { kind: 1 as never })],
    [
      'variant_unknown',
      'normalisation',
      () => here.nonLocalBlock(x, weights, { kind: 'gaussian', normalisation: 'no' }),
    ],
    ['argument_shape', 'theta', () => here.nonLocalBlock(x, weights)],
    ['argument_type', 'w_z', () => here.nonLocalBlock(x, { g: weights.g } as never, { kind: 'gaussian' })],
    ['option_unknown', 'w_y', () => here.nonLocalBlock(x, { ...weights, w_y: x } as never, { kind: 'gaussian' })],
    ['option_unknown', 'scale', () => here.nonLocalBlock(x, weights, { scale: 1 } as never)],
  ])('%s, naming %s', async (code, name, call) => {
    const found = await failureOf(call);
    expect(found.code).toBe(code);
    expect(found.message).toContain(name);
  });
});
