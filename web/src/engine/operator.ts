import { checkTensor, type Arrays } from './arrays.ts';
import type { Core } from './core.ts';
import { AttentionError, checkOptions } from './error.ts';
import type {
  AttentionOptions,
  AttentionResult,
  EncoderLayerOptions,
  EncoderLayerWeights,
  Encoding,
  GeluOptions,
  LayerNormOptions,
  Operand,
  Operators,
  OutOptions,
  PositionFunctions,
  Tensor,
  Variant,
} from './types.ts';

/** The bare operators: each checks what C++ could not name, fills in defaults, calls. */
const kOperators = { attention, matmul, softmax, layerNorm, gelu, encoderLayer };

export type OperatorName = keyof typeof kOperators;
export const operatorNames = Object.keys(kOperators) as OperatorName[];

/** The operators over one engine's arrays. */
export function operatorsOver(arrays: Arrays): Operators {
  const bound = operatorNames.map((name) => {
    const operator = kOperators[name] as (arrays: Arrays, ...args: unknown[]) => unknown;
    return [name, (...args: unknown[]) => operator(arrays, ...args)];
  });
  return Object.fromEntries(bound) as Operators;
}

function attention(
  arrays: Arrays,
  q: Operand,
  k: Operand,
  v: Operand,
  options: AttentionOptions = {},
): AttentionResult<Operand> {
  checkOptions('attention', options, ['variant', 'params', 'causal', 'scale', 'softcap', 'mask', 'pattern', 'out']);
  const { causal = false, variant = causal ? 'causal' : 'bidirectional', scale = 0, softcap = 0 } = options;
  const { params, mask, pattern = true, out } = options;
  if (params !== undefined) {
    const row = arrays.core.call((module) => module.variants()).find(({ name }) => name === variant);
    if (row) checkParams(row, params);
  }
  if (mask) checkTensor('mask', mask, true);
  const [output, weights] = arrays.operate(
    { q, k, v },
    pattern ? [out, undefined] : [out],
    (module, [nq, nk, nv], [no, np]) =>
      module.attention(nq!, nk!, nv!, variant, params, scale, softcap, mask ?? undefined, no!, np ?? no!, pattern),
  );
  return pattern ? { output: output!, pattern: weights as Tensor } : { output: output! };
}

/** A name that a row of a table does not have would change nothing, in silence. */
function checkParams(row: Variant, params: Record<string, number>): void {
  if (typeof params !== 'object' || params === null) {
    throw new AttentionError('argument_type', `${row.name}: found params ${String(params)}, expected an object`);
  }
  checkOptions(
    row.name,
    params,
    row.params.map(({ name }) => name),
  );
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'number') continue;
    throw new AttentionError('argument_type', `${row.name}, ${name}: found a ${typeof value}, expected a number`);
  }
}

function matmul(arrays: Arrays, a: Operand, b: Operand, options: OutOptions = {}): Operand {
  checkOptions('matmul', options, ['out']);
  return arrays.operate({ a, b }, [options.out], (module, [na, nb], [no]) => module.matmul(na!, nb!, no!))[0]!;
}

function softmax(arrays: Arrays, x: Operand, options: OutOptions = {}): Operand {
  checkOptions('softmax', options, ['out']);
  return arrays.operate({ x }, [options.out], (module, [nx], [no]) => module.softmax(nx!, no!))[0]!;
}

function layerNorm(arrays: Arrays, x: Operand, gain: Operand, bias: Operand, options: LayerNormOptions = {}): Operand {
  checkOptions('layerNorm', options, ['epsilon', 'out']);
  const { epsilon = 1e-5, out } = options;
  return arrays.operate({ x, gain, bias }, [out], (module, [nx, ng, nb], [no]) =>
    module.layerNorm(nx!, ng!, nb!, epsilon, no!),
  )[0]!;
}

function gelu(arrays: Arrays, x: Operand, options: GeluOptions = {}): Operand {
  checkOptions('gelu', options, ['approximate', 'out']);
  const { approximate = 'none', out } = options;
  if (approximate !== 'none' && approximate !== 'tanh') {
    throw new AttentionError('argument_type', `gelu: found approximate "${approximate}", expected "none" or "tanh"`);
  }
  return arrays.operate({ x }, [out], (module, [nx], [no]) => module.gelu(nx!, approximate === 'tanh', no!))[0]!;
}

/** In the order of the core's arguments. */
const kEncoderWeights = [
  ...(['w_qkv', 'b_qkv', 'w_o', 'b_o', 'gain_1', 'bias_1'] as const),
  ...(['w_up', 'b_up', 'w_down', 'b_down', 'gain_2', 'bias_2'] as const),
];

function encoderLayer(arrays: Arrays, x: Operand, weights: EncoderLayerWeights, options: EncoderLayerOptions): Operand {
  checkOptions('encoderLayer', options, ['n_heads', 'norm_first', 'activation', 'epsilon', 'out']);
  const { n_heads, norm_first = false, activation = 'relu', epsilon = 1e-5, out } = options;
  if (activation !== 'relu' && activation !== 'gelu') {
    throw new AttentionError(
      'argument_type',
      `encoderLayer: found activation "${activation}", expected "relu" or "gelu"`,
    );
  }
  if (!Number.isInteger(n_heads) || n_heads < 1) {
    throw new AttentionError(
      'argument_range',
      `encoderLayer: found n_heads ${n_heads}, expected a whole number from 1`,
    );
  }
  checkOptions('encoderLayer', weights, kEncoderWeights);
  const operands = Object.fromEntries(kEncoderWeights.map((name) => [name, weights[name]]));
  return arrays.operate({ x, ...operands }, [out], (module, inputs, [no]) => {
    const all = inputs as Parameters<typeof module.matmul>[0][];
    type Arguments = Parameters<typeof module.encoderLayer>;
    module.encoderLayer(
      ...([...all, n_heads, norm_first, activation === 'gelu', epsilon, no!] as unknown as Arguments),
    );
  })[0]!;
}

/** A function for each tabulated row of the C++ table of encodings. */
export function positionFunctions(core: Core, encodings: readonly Encoding[]): PositionFunctions {
  const tabulated = encodings.filter((row) => row.tabulated);
  return Object.fromEntries(
    tabulated.map((row) => [
      row.name,
      (tokens: number, width: number, params: Record<string, number> = {}) => {
        checkParams(row, params);
        return core.call((module) => module.encodingTable(row.name, tokens, width, params));
      },
    ]),
  );
}
