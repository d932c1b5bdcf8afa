import { checkTensor, type Arrays } from './arrays.ts';
import { checkKind } from './checks.ts';
import { AttentionError, checkOptions } from './error.ts';
import type { NativeArray, NativeModule } from './native.ts';
import type {
  AttentionResult,
  BooleanMask,
  DecoderLayerOptions,
  DecoderLayerWeights,
  EncoderLayerOptions,
  EncoderLayerWeights,
  LayerOptions,
  LinearAttentionOptions,
  MultiHeadAttentionOptions,
  MultiHeadWeights,
  NonLocalOptions,
  NonLocalResult,
  NonLocalWeights,
  Operand,
  SharedHeadsOptions,
  SharedHeadsWeights,
  Tensor,
} from './types.ts';

/** The operators that are whole layers, with weights by name; each checks what C++ could not name, calls. */
export const layerOperators = {
  multiHeadAttention,
  encoderLayer,
  decoderLayer,
  linearAttention,
  sharedHeadsAttention,
  nonLocalBlock,
};

const kMaskOptions = ['causal', 'mask', 'key_padding_mask'] as const;
const kLayerOptions = ['n_heads', 'norm_first', 'activation', 'epsilon', 'out'] as const;

/** Runs `work` on all operands in their order, null standing for the optional ones that are missing. */
function operate(
  arrays: Arrays,
  operands: Record<string, Operand>,
  optional: Record<string, Operand | undefined>,
  results: readonly (Operand | undefined)[],
  work: (module: NativeModule, inputs: (NativeArray | null)[], outputs: NativeArray[]) => void,
): Operand[] {
  const given = Object.entries(optional).filter(([, operand]) => operand !== undefined) as [string, Operand][];
  return arrays.operate({ ...operands, ...Object.fromEntries(given) }, results, (module, inputs, outputs) => {
    const rest = [...inputs];
    const required = rest.splice(0, Object.keys(operands).length);
    const others = Object.values(optional).map((operand) => (operand === undefined ? null : rest.shift()!));
    work(module, [...required, ...others], outputs);
  });
}

/** Runs a row of wasm/operators.cpp, null standing for a result that is not wanted. */
function run(
  arrays: Arrays,
  name: string,
  operands: Record<string, Operand>,
  optional: Record<string, Operand | undefined>,
  numbers: readonly number[],
  results: readonly (Operand | undefined)[],
): Operand[] {
  return operate(arrays, operands, optional, results, (module, inputs, outputs) =>
    module.operate(name, inputs, numbers, [...outputs, null]),
  );
}

/** Those weights of `given` that are named, in that order, the required ones first. */
function weightsOf(
  call: string,
  given: object,
  required: readonly string[],
  optional: readonly string[] = [],
): [Record<string, Operand>, Record<string, Operand | undefined>] {
  if (typeof given !== 'object' || given === null) {
    throw new AttentionError('argument_type', `${call}: found weights ${String(given)}, expected an object`);
  }
  checkOptions(`${call}: weights`, given, [...required, ...optional]);
  const weights = given as Record<string, Operand>;
  const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, weights[name]!]));
  return [named(required), named(optional)];
}

/** Options are refused by name here, so that no call fails on the way to them. */
function readOptions(call: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new AttentionError('argument_type', `${call}: found options ${String(options)}, expected an object`);
  }
  checkOptions(call, options, known);
}

function heads(call: string, name: string, count: unknown): number {
  if (Number.isInteger(count) && (count as number) >= 1 && (count as number) <= 1e9) return count as number;
  throw new AttentionError('argument_range', `${call}: found ${name} ${String(count)}, expected a whole number from 1`);
}

function flag(call: string, name: string, value: unknown): number {
  if (typeof value === 'boolean') return Number(value);
  throw new AttentionError('argument_type', `${call}: found ${name} ${String(value)}, expected true or false`);
}

/** A mask as an operand, cells becoming numbers; `boolean` refuses numbers to add. */
function cells(name: string, mask: BooleanMask | Tensor | undefined, boolean = false): Tensor | undefined {
  if (mask === undefined) return undefined;
  checkTensor(name, mask, true);
  if (mask.data instanceof Uint8Array) return { shape: mask.shape, data: Float32Array.from(mask.data) };
  if (boolean) throw new AttentionError('argument_type', `${name}: expected {shape: number[], data: Uint8Array}`);
  return mask as Tensor;
}

const isAdditive = (mask: BooleanMask | Tensor | undefined): number => Number(mask?.data instanceof Float32Array);

/** n_heads, norm_first, gelu, epsilon. */
function layerNumbers(call: string, options: LayerOptions): number[] {
  const { n_heads, norm_first = false, activation = 'relu', epsilon = 1e-5 } = options;
  if (activation !== 'relu' && activation !== 'gelu') {
    throw new AttentionError(
      'argument_type',
      `${call}: found activation "${String(activation)}", expected "relu" or "gelu"`,
    );
  }
  if (typeof epsilon !== 'number') {
    throw new AttentionError('argument_type', `${call}: found epsilon ${String(epsilon)}, expected a number`);
  }
  const first = flag(call, 'norm_first', norm_first);
  return [heads(call, 'n_heads', n_heads), first, Number(activation === 'gelu'), epsilon];
}

const kMultiHeadWeights = ['w_q', 'w_k', 'w_v', 'w_o'];
const kMultiHeadBiases = ['b_q', 'b_k', 'b_v', 'b_o', 'bias_k', 'bias_v'];

function multiHeadAttention(
  arrays: Arrays,
  q: Operand,
  k: Operand,
  v: Operand,
  weights: MultiHeadWeights,
  options: MultiHeadAttentionOptions,
): AttentionResult<Operand> {
  const call = 'multiHeadAttention';
  const own = ['n_heads', 'n_kv_heads', 'add_zero_attn', 'average_weights', 'pattern', 'out'];
  readOptions(call, options, [...own, ...kMaskOptions]);
  const { n_heads, n_kv_heads = n_heads, causal = false, add_zero_attn = false, average_weights = false } = options;
  const { mask, key_padding_mask, pattern = true, out } = options;
  const numbers = [
    heads(call, 'n_heads', n_heads),
    heads(call, 'n_kv_heads', n_kv_heads),
    flag(call, 'causal', causal),
    flag(call, 'add_zero_attn', add_zero_attn),
    flag(call, 'average_weights', average_weights),
    isAdditive(mask),
  ];
  const [maps, biases] = weightsOf(call, weights, kMultiHeadWeights, kMultiHeadBiases);
  const masks = { mask: cells('mask', mask), key_padding_mask: cells('key_padding_mask', key_padding_mask, true) };
  const wanted = flag(call, 'pattern', pattern) ? [out, undefined] : [out];
  return resultOf(run(arrays, call, { q, k, v, ...maps }, { ...biases, ...masks }, numbers, wanted));
}

function resultOf([output, pattern]: Operand[]): AttentionResult<Operand> {
  return pattern ? { output: output!, pattern: pattern as Tensor } : { output: output! };
}

const kEncoderWeights = [
  ...['w_qkv', 'b_qkv', 'w_o', 'b_o', 'gain_1', 'bias_1'],
  ...['w_up', 'b_up', 'w_down', 'b_down', 'gain_2', 'bias_2'],
];

function encoderLayer(arrays: Arrays, x: Operand, weights: EncoderLayerWeights, options: EncoderLayerOptions): Operand {
  const call = 'encoderLayer';
  readOptions(call, options, [...kLayerOptions, ...kMaskOptions]);
  const { causal = false, mask, key_padding_mask, out } = options;
  const numbers = [...layerNumbers(call, options), flag(call, 'causal', causal), isAdditive(mask)];
  const [all] = weightsOf(call, weights, kEncoderWeights);
  const masks = { mask: cells('mask', mask), key_padding_mask: cells('key_padding_mask', key_padding_mask, true) };
  return run(arrays, call, { x, ...all }, masks, numbers, [out])[0]!;
}

const kDecoderWeights = [
  ...['w_qkv', 'b_qkv', 'w_o', 'b_o', 'gain_1', 'bias_1'],
  ...['w_cross_q', 'b_cross_q', 'w_cross_kv', 'b_cross_kv', 'w_cross_o', 'b_cross_o', 'gain_2', 'bias_2'],
  ...['w_up', 'b_up', 'w_down', 'b_down', 'gain_3', 'bias_3'],
];

function decoderLayer(
  arrays: Arrays,
  x: Operand,
  memory: Operand,
  weights: DecoderLayerWeights,
  options: DecoderLayerOptions,
): Operand {
  const call = 'decoderLayer';
  readOptions(call, options, [...kLayerOptions, ...kMaskOptions, 'memory_mask', 'memory_key_padding_mask']);
  const { causal = true, mask, key_padding_mask, memory_mask, memory_key_padding_mask, out } = options;
  const numbers = [
    ...layerNumbers(call, options),
    flag(call, 'causal', causal),
    isAdditive(mask),
    isAdditive(memory_mask),
  ];
  const [all] = weightsOf(call, weights, kDecoderWeights);
  const masks = {
    mask: cells('mask', mask),
    key_padding_mask: cells('key_padding_mask', key_padding_mask, true),
    memory_mask: cells('memory_mask', memory_mask),
    memory_key_padding_mask: cells('memory_key_padding_mask', memory_key_padding_mask, true),
  };
  return run(arrays, call, { x, memory, ...all }, masks, numbers, [out])[0]!;
}

function linearAttention(
  arrays: Arrays,
  q: Operand,
  k: Operand,
  v: Operand,
  options: LinearAttentionOptions = {},
): AttentionResult<Operand> {
  const call = 'linearAttention';
  readOptions(call, options, ['causal', 'pattern', 'out']);
  const { causal = false, pattern = false, out } = options;
  const wanted = flag(call, 'pattern', pattern) ? [out, undefined] : [out];
  return resultOf(run(arrays, call, { q, k, v }, {}, [flag(call, 'causal', causal)], wanted));
}

function sharedHeadsAttention(
  arrays: Arrays,
  q: Operand,
  k: Operand,
  v: Operand,
  weights: SharedHeadsWeights,
  options: SharedHeadsOptions,
): AttentionResult<Operand> {
  const call = 'sharedHeadsAttention';
  readOptions(call, options, ['n_heads', 'mask', 'out']);
  const { n_heads, mask, out } = options;
  const [all] = weightsOf(call, weights, ['w_q', 'w_k', 'w_v', 'w_o', 'b_o']);
  const numbers = [heads(call, 'n_heads', n_heads)];
  return resultOf(
    run(arrays, call, { q, k, v, ...all }, { mask: cells('mask', mask, true) }, numbers, [out, undefined]),
  );
}

function nonLocalBlock(
  arrays: Arrays,
  x: Operand,
  weights: NonLocalWeights,
  options: NonLocalOptions = {},
): NonLocalResult {
  const call = 'nonLocalBlock';
  readOptions(call, options, ['kind', 'normalisation']);
  const { kind = 'embedded_gaussian', normalisation = '' } = options;
  checkKind(`${call}: kind`, kind, 'string');
  checkKind(`${call}: normalisation`, normalisation, 'string');
  const [maps, others] = weightsOf(call, weights, ['g', 'w_z'], ['theta', 'phi', 'w_f']);
  const results = operate(arrays, { x, ...maps }, others, Array(3).fill(undefined), (module, inputs, outputs) =>
    module.nonLocalBlock(kind, normalisation, inputs, outputs),
  );
  const [output, pattern, y] = results as [Tensor, Tensor, Tensor];
  return { output, pattern, y };
}
