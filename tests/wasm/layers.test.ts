import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  BooleanMask,
  DecoderLayerWeights,
  Engine,
  MaskOptions,
  MultiHeadWeights,
  SharedHeadsWeights,
  Tensor,
  WorkerEngine,
} from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { codeOf, failureOf } from './errors.ts';
import { randomFloats } from './folder.ts';
import { expectEqual, flagOf, golden, pick, type Arrays } from './golden.ts';

/** The operators that are whole layers: against PyTorch, on this thread and in a worker, and what they refuse. */

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

const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
const tensor = (shape: number[], seed: number): Tensor => ({ shape, data: randomFloats(size(shape), seed, 2) });
const cells = (shape: number[], value = 1): BooleanMask => ({ shape, data: new Uint8Array(size(shape)).fill(value) });
const asCells = (mask: Tensor): BooleanMask => ({ shape: mask.shape, data: Uint8Array.from(mask.data) });

/** Masks of a golden case by their options' names; cells become bytes unless they are to be added. */
function masksOf(arrays: Arrays, additive: Record<string, boolean>): MaskOptions {
  const names = ['mask', 'key_padding_mask', 'memory_mask', 'memory_key_padding_mask'];
  const found = Object.entries(pick(arrays, names));
  return Object.fromEntries(found.map(([name, mask]) => [name, additive[name] ? mask : asCells(mask)]));
}

const kMultiHead = ['w_q', 'w_k', 'w_v', 'w_o', 'b_q', 'b_k', 'b_v', 'b_o', 'bias_k', 'bias_v'];
const multiHeadOptions = (arrays: Arrays) => ({
  n_heads: arrays.n_heads!.data[0]!,
  n_kv_heads: arrays.n_kv_heads!.data[0]!,
  causal: flagOf(arrays, 'causal'),
  add_zero_attn: flagOf(arrays, 'add_zero_attn'),
  average_weights: flagOf(arrays, 'average'),
  ...masksOf(arrays, { mask: flagOf(arrays, 'additive') }),
});

describe('multiHeadAttention', () => {
  const all = Object.entries(golden('multi_head'));

  it.each(all)('equals PyTorch: %s', async (_, arrays) => {
    const { q, k, v } = arrays as { q: Tensor; k: Tensor; v: Tensor };
    const weights = pick(arrays, kMultiHead) as MultiHeadWeights<Tensor>;
    const options = multiHeadOptions(arrays);
    const found = here.multiHeadAttention(q, k, v, weights, options);
    expectEqual(found.output, arrays.output!, 200);
    expectEqual(found.pattern, arrays.pattern!, 200);
    expect(await away.multiHeadAttention(q, k, v, weights, options)).toEqual(found);
    const bare = here.multiHeadAttention(q, k, v, weights, { ...options, pattern: false });
    expect(bare).not.toHaveProperty('pattern');
    expectEqual(bare.output, arrays.output!, 200);
  });

  it('takes learned queries that are held, more or fewer than there are keys, and writes where it is told', () => {
    const weights = { w_q: tensor([8, 8], 1), w_k: tensor([8, 8], 2), w_v: tensor([8, 8], 3), w_o: tensor([8, 8], 4) };
    const keys = tensor([6, 8], 5);
    for (const count of [2, 100]) {
      const learned = tensor([count, 8], 6);
      const [held, out] = [here.hold(learned), here.hold(tensor([1], 0))];
      const found = here.multiHeadAttention(held, keys, keys, weights, { n_heads: 2, out });
      expect(found.output).toBe(out);
      expect(found.pattern!.shape).toEqual([2, count, 6]);
      expect(out.read()).toEqual(here.multiHeadAttention(learned, keys, keys, weights, { n_heads: 2 }).output);
    }
  });
});

const kEncoder = [
  ...['w_qkv', 'b_qkv', 'w_o', 'b_o', 'gain_1', 'bias_1', 'w_up', 'b_up', 'w_down', 'b_down', 'gain_2', 'bias_2'],
];
const kDecoder = [
  ...kEncoder,
  ...['w_cross_q', 'b_cross_q', 'w_cross_kv', 'b_cross_kv', 'w_cross_o', 'b_cross_o', 'gain_3', 'bias_3'],
];
const layerOptions = (arrays: Arrays) => ({
  n_heads: 2,
  norm_first: flagOf(arrays, 'norm_first'),
  activation: flagOf(arrays, 'gelu') ? ('gelu' as const) : ('relu' as const),
  causal: flagOf(arrays, 'causal'),
  ...masksOf(arrays, { mask: flagOf(arrays, 'mask_additive'), memory_mask: flagOf(arrays, 'memory_mask_additive') }),
});

describe('encoderLayer and decoderLayer', () => {
  it.each(Object.entries(golden('transformer_layers')))('equal PyTorch: %s', async (name, arrays) => {
    const { x, memory, y } = arrays as { x: Tensor; memory?: Tensor; y: Tensor };
    const options = layerOptions(arrays);
    const weights = pick(arrays, memory ? kDecoder : kEncoder) as DecoderLayerWeights<Tensor>;
    const found = memory ? here.decoderLayer(x, memory, weights, options) : here.encoderLayer(x, weights, options);
    expect(name.startsWith('decoder')).toBe(memory !== undefined);
    expectEqual(found, y, 200);
    const later = memory ? away.decoderLayer(x, memory, weights, options) : away.encoderLayer(x, weights, options);
    expect(await later).toEqual(found);
  });

  it('decoderLayer is causal unless told otherwise', () => {
    const arrays = golden('transformer_layers').decoder_post_relu!;
    const weights = pick(arrays, kDecoder) as DecoderLayerWeights;
    const call = (options: object) => here.decoderLayer(arrays.x!, arrays.memory!, weights, { n_heads: 2, ...options });
    expect(call({})).toEqual(call({ causal: true }));
    expect(call({})).not.toEqual(call({ causal: false }));
  });
});

describe('linearAttention', () => {
  it.each(Object.entries(golden('linear_attention')))('equals PyTorch: %s', async (_, arrays) => {
    const { q, k, v } = arrays as { q: Tensor; k: Tensor; v: Tensor };
    const options = { causal: flagOf(arrays, 'causal'), pattern: true } as const;
    const found = here.linearAttention(q, k, v, options);
    expectEqual(found.output, arrays.output!, 80);
    expectEqual(found.pattern, arrays.pattern!, 80);
    expect(await away.linearAttention(q, k, v, options)).toEqual(found);
    expect(here.linearAttention(q, k, v, { causal: options.causal })).toEqual({ output: found.output });
  });
});

describe('sharedHeadsAttention', () => {
  const kWeights = ['w_q', 'w_k', 'w_v', 'w_o', 'b_o'];

  it.each(Object.entries(golden('shared_heads')))("equals the tutorials' module: %s", async (_, arrays) => {
    const { q, k, v } = arrays as { q: Tensor; k: Tensor; v: Tensor };
    const weights = pick(arrays, kWeights) as SharedHeadsWeights<Tensor>;
    const options = { n_heads: arrays.n_heads!.data[0]!, mask: arrays.mask && asCells(arrays.mask) };
    const found = here.sharedHeadsAttention(q, k, v, weights, options);
    expectEqual(found.output, arrays.output!, 200);
    expectEqual(found.pattern, arrays.pattern!, 200);
    expect(await away.sharedHeadsAttention(q, k, v, weights, options)).toEqual(found);
  });
});

describe('what does not fit', () => {
  const x = tensor([6, 8], 1);
  const square = tensor([8, 8], 2);
  const bias = tensor([8], 3);
  const maps = { w_q: square, w_k: square, w_v: square, w_o: square };
  const multi = (options: object, weights: object = maps) =>
    here.multiHeadAttention(x, x, x, weights as never, { n_heads: 2, ...options } as never);
  const shared = { w_q: tensor([4, 4], 4), w_k: tensor([4, 4], 4), w_v: tensor([4, 4], 4), w_o: square, b_o: bias };
  const tutorial = (options: object, weights: object = shared) =>
    here.sharedHeadsAttention(x, x, x, weights as never, { n_heads: 2, ...options } as never);
  const decoder = (weights: object, options: object = {}) =>
    here.decoderLayer(x, x, weights as never, { n_heads: 2, ...options } as never);
  const numbers = (mask: BooleanMask) => ({ shape: mask.shape, data: Float32Array.from(mask.data) });

  it.each<[string, string, () => unknown]>([
    ['argument_type', 'w_o', () => multi({}, { ...maps, w_o: undefined })],
    ['argument_type', 'w_q', () => multi({}, { ...maps, w_q: null })],
    ['argument_type', 'weights', () => multi({}, null as never)],
    ['option_unknown', 'w_out', () => multi({}, { ...maps, w_out: square })],
    ['argument_shape', 'w_k', () => multi({}, { ...maps, w_k: bias })],
    ['argument_shape', 'b_q, b_k, b_v', () => multi({}, { ...maps, b_q: bias })],
    ['argument_shape', 'bias_k, bias_v', () => multi({}, { ...maps, bias_v: bias })],
    ['argument_type', 'b_o', () => multi({}, { ...maps, b_o: null })],
    ['argument_range', 'n_heads', () => multi({ n_heads: 0 })],
    ['argument_range', 'n_heads', () => multi({ n_heads: undefined })],
    ['argument_range', 'n_heads', () => multi({ n_heads: 3 })],
    ['argument_range', 'n_heads', () => multi({ n_heads: 2.5 })],
    ['argument_range', 'n_kv_heads', () => multi({ n_kv_heads: 3 })],
    ['argument_shape', 'w_k', () => multi({ n_kv_heads: 1 })],
    ['argument_type', 'causal', () => multi({ causal: 'yes' })],
    ['argument_type', 'pattern', () => multi({ pattern: 1 })],
    ['argument_shape', 'mask', () => multi({ mask: cells([6, 5]) })],
    ['argument_shape', 'mask', () => multi({ mask: cells([1, 1, 6, 6]) })],
    ['argument_type', 'mask', () => multi({ mask: [1, 0] })],
    ['argument_shape', 'key_padding_mask', () => multi({ key_padding_mask: cells([1, 6]) })],
    ['argument_type', 'key_padding_mask', () => multi({ key_padding_mask: numbers(cells([6])) })],
    ['option_unknown', 'attn_mask', () => multi({ attn_mask: cells([6, 6]) })],
    ['argument_type', 'q', () => here.multiHeadAttention(undefined as never, x, x, maps, { n_heads: 2 })],
    ['argument_type', 'options', () => here.multiHeadAttention(x, x, x, maps, null as never)],
    ['argument_shape', 'k', () => here.multiHeadAttention(x, tensor([1, 6, 8], 1), x, maps, { n_heads: 2 })],
    ['argument_type', 'w_qkv', () => decoder({})],
    ['option_unknown', 'w_kv', () => decoder({ w_kv: x })],
    ['argument_type', 'activation', () => decoder({}, { activation: 'tanh' })],
    ['argument_type', 'epsilon', () => decoder({}, { epsilon: 'small' })],
    ['argument_type', 'norm_first', () => decoder({}, { norm_first: 1 })],
    ['option_unknown', 'memory_padding', () => decoder({}, { memory_padding: cells([6]) })],
    ['argument_shape', 'k', () => here.linearAttention(tensor([1, 6, 8], 1), tensor([1, 6, 7], 1), x)],
    ['argument_shape', 'q', () => here.linearAttention(x, x, x)],
    ['argument_type', 'v', () => here.linearAttention(tensor([1, 6, 8], 1), tensor([1, 6, 8], 1), null as never)],
    ['argument_type', 'causal', () => here.linearAttention(x, x, x, { causal: 1 as never })],
    ['argument_range', 'n_heads', () => tutorial({ n_heads: 5 })],
    ['argument_shape', 'w_q', () => tutorial({ n_heads: 4 })],
    ['argument_type', 'b_o', () => tutorial({}, { ...shared, b_o: undefined })],
    ['argument_shape', 'mask', () => tutorial({ mask: cells([5, 6]) })],
    ['argument_type', 'mask', () => tutorial({ mask: numbers(cells([6, 6])) })],
    ['option_unknown', 'causal', () => tutorial({ causal: true })],
  ])('%s, naming %s', async (code, name, call) => {
    const found = await failureOf(call);
    expect(found.code).toBe(code);
    expect(found.message).toContain(name);
  });

  it('is refused as an output', async () => {
    const held = here.hold(x);
    const call = () => here.multiHeadAttention(held, x, x, maps, { n_heads: 2, out: held });
    expect(await codeOf(call)).toBe('argument_shape');
    expect(held.read()).toEqual(x);
  });

  it('is refused in a worker by the same code', async () => {
    expect(await codeOf(() => away.linearAttention(x, x, x))).toBe('argument_shape');
    expect(await codeOf(() => away.multiHeadAttention(x, x, x, maps, { n_heads: 3 }))).toBe('argument_range');
  });
});
