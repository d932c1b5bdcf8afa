import { checkTensor, type Arrays } from './arrays.ts';
import { checkCount, checkKind, checkParams } from './checks.ts';
import { AttentionError, checkOptions } from './error.ts';
import { imageOperators } from './image.ts';
import { interpretationOperators } from './interpretation.ts';
import { layerOperators } from './layers.ts';
import type { NativeAttention } from './native.ts';
import { operatorNames, type OperatorName } from './operatorNames.ts';
import { rotaryEmbedding } from './positions.ts';
import { smoothingOperators } from './smoothing.ts';
import type {
  AttentionOptions,
  AttentionResult,
  GeluOptions,
  LayerNormOptions,
  Operand,
  Operators,
  OutOptions,
  Scoring,
  SoftmaxOptions,
  Tensor,
  Variant,
} from './types.ts';

/** The bare operators: each checks what C++ could not name, fills in defaults, calls. */
const kOperators: Record<OperatorName, (arrays: Arrays, ...args: never[]) => unknown> = {
  attention,
  matmul,
  softmax,
  logSoftmax,
  layerNorm,
  rmsNorm,
  gelu,
  rotaryEmbedding,
  ...layerOperators,
  ...interpretationOperators,
  ...smoothingOperators,
  ...imageOperators,
};

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
  checkOptions('attention', options, kAttentionOptions);
  const { causal = false, structure = causal ? 'causal' : 'bidirectional', scale = 0, softcap = 0 } = options;
  const { params, mask, pattern = true, out } = options;
  checkKind('structure', structure, 'string');
  checkKind('scale', scale, 'number');
  checkKind('softcap', softcap, 'number');
  if (mask !== undefined) checkTensor('mask', mask, true);
  const more = readMore(arrays, options);
  if (params !== undefined) checkVariantParams(arrays, { ...options, structure }, params);
  const { past, asksMatmul = false, asksPresent = false } = more ?? {};
  const asked = [pattern, asksPresent, asksPresent, asksMatmul];
  const results = arrays.operate(
    { q, k, v, ...more?.weights, ...past },
    [out, ...asked.filter((wanted) => wanted).map(() => undefined)],
    (module, [nq, nk, nv, ...others], [no, ...places]) => {
      const [np = no!, ...wanted] = asked.map((is) => (is ? places.shift()! : null));
      const native = more && {
        ...more.plain,
        weights: others.splice(0, Object.keys(more.weights).length),
        past: others,
        wanted,
      };
      module.attention(nq!, nk!, nv!, structure, params, scale, softcap, mask, native, no!, np ?? no!, pattern);
    },
  );
  const [output, ...rest] = results;
  const found: AttentionResult<Operand> = { output: output! };
  const names = ['pattern', 'present_key', 'present_value', 'qk_matmul_output'] as const;
  names.forEach((name, i) => asked[i] && (found[name] = rest.shift() as Tensor));
  return found;
}

const kUsual = ['structure', 'params', 'causal', 'scale', 'softcap', 'mask', 'pattern', 'out'] as const;
/** Options that the usual call does without: it hands nothing over for them. */
const kUnusual = [
  ...(['scoring', 'normalisation', 'weights', 'q_num_heads', 'kv_num_heads'] as const),
  ...(['past_key', 'past_value', 'nonpad_kv_seqlen', 'qk_matmul_output_mode'] as const),
];
const kAttentionOptions = [...kUsual, ...kUnusual];

interface More {
  plain: Omit<NativeAttention, 'weights' | 'past' | 'wanted'>;
  weights: Record<string, Operand>;
  past: Record<string, Operand>;
  asksPresent: boolean;
  asksMatmul: boolean;
}

function readMore(arrays: Arrays, options: AttentionOptions): More | undefined {
  if (kUnusual.every((name) => options[name] === undefined)) return undefined;
  const { scoring = 'scaled_dot_product', normalisation = '', weights, q_num_heads = 0, kv_num_heads = 0 } = options;
  const { past_key, past_value, nonpad_kv_seqlen = [], qk_matmul_output_mode } = options;
  checkKind('scoring', scoring, 'string');
  checkKind('normalisation', normalisation, 'string');
  const asksPresent = past_key !== undefined || past_value !== undefined;
  if (asksPresent && !(past_key && past_value)) {
    throw new AttentionError('argument_type', 'past_key, past_value: found one of the two, expected both or neither');
  }
  for (const [name, count] of Object.entries({ q_num_heads, kv_num_heads })) checkCount(name, count, 0);
  if (!Array.isArray(nonpad_kv_seqlen)) {
    throw new AttentionError('argument_type', 'nonpad_kv_seqlen: expected an array of whole numbers');
  }
  (nonpad_kv_seqlen as number[]).forEach((count) => checkCount('nonpad_kv_seqlen', count, 0));
  const mode = qk_matmul_output_mode ?? 0;
  if (![0, 1, 2, 3].includes(mode)) {
    throw new AttentionError('argument_range', `qk_matmul_output_mode: found ${String(mode)}, expected 0 to 3`);
  }
  return {
    plain: { scoring, normalisation, q_num_heads, kv_num_heads, nonpad_kv_seqlen, qk_matmul_output_mode: mode },
    weights: weightsOf(arrays, scoring, weights),
    past: asksPresent ? { past_key: past_key!, past_value: past_value! } : {},
    asksPresent,
    asksMatmul: qk_matmul_output_mode !== undefined,
  };
}

/** The scoring's weights in its row's order. */
function weightsOf(arrays: Arrays, scoring: string, given: Record<string, Operand> = {}): Record<string, Operand> {
  if (typeof given !== 'object' || given === null) {
    throw new AttentionError('argument_type', `weights: found ${String(given)}, expected an object`);
  }
  const row = variantRows(arrays).find(({ axis, name }) => axis === 'scoring' && name === scoring);
  if (row?.axis !== 'scoring') return {}; // the core names the scorings there are
  const names = row.weights.map(({ name }) => name);
  checkOptions(`${scoring}: weights`, given, names);
  for (const name of names) {
    if (given[name] !== undefined) continue;
    throw new AttentionError(
      'argument_type',
      `weights: found no "${name}", expected ${names.join(', ')} for ${scoring}`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, given[name]!]));
}

const variantRows = (arrays: Arrays): Variant[] => arrays.core.call((module) => module.variants());

/** Refuses a number that none of the chosen rows takes; names are unique over the three tables. */
function checkVariantParams(arrays: Arrays, options: AttentionOptions, params: Record<string, number>): void {
  const rows = variantRows(arrays);
  const named = (axis: Variant['axis'], name: string | undefined) =>
    rows.find((row) => row.axis === axis && row.name === name);
  const scoring = named('scoring', options.scoring ?? 'scaled_dot_product') as Scoring | undefined;
  const chosen = [
    scoring,
    named('normalisation', options.normalisation ?? scoring?.normalisation),
    named('structure', options.structure),
  ].filter((row) => row !== undefined);
  if (chosen.length < 3) return; // the core names the rows there are
  checkParams(
    chosen.map(({ name }) => name).join(', '),
    chosen.flatMap((row) => row.params),
    params,
  );
}

function matmul(arrays: Arrays, a: Operand, b: Operand, options: OutOptions = {}): Operand {
  checkOptions('matmul', options, ['out']);
  return arrays.operate({ a, b }, [options.out], (module, [na, nb], [no]) => module.matmul(na!, nb!, no!))[0]!;
}

function softmax(arrays: Arrays, x: Operand, options: SoftmaxOptions = {}): Operand {
  checkOptions('softmax', options, ['axis', 'out']);
  const { axis = -1, out } = options;
  checkAxis(axis);
  return arrays.operate({ x }, [out], (module, [nx], [no]) => module.softmax(nx!, no!, axis))[0]!;
}

function logSoftmax(arrays: Arrays, x: Operand, options: SoftmaxOptions = {}): Operand {
  checkOptions('logSoftmax', options, ['axis', 'out']);
  const { axis = -1, out } = options;
  checkAxis(axis);
  return arrays.operate({ x }, [out], (module, inputs, outputs) =>
    module.operate('logSoftmax', inputs, [axis], outputs),
  )[0]!;
}

function rmsNorm(arrays: Arrays, x: Operand, gain: Operand, options: LayerNormOptions = {}): Operand {
  checkOptions('rmsNorm', options, ['axis', 'epsilon', 'out']);
  const { axis = -1, epsilon = 1e-5, out } = options;
  checkAxis(axis);
  return arrays.operate({ x, gain }, [out], (module, inputs, outputs) =>
    module.operate('rmsNorm', inputs, [epsilon, axis], outputs),
  )[0]!;
}

function layerNorm(arrays: Arrays, x: Operand, gain: Operand, bias: Operand, options: LayerNormOptions = {}): Operand {
  checkOptions('layerNorm', options, ['axis', 'epsilon', 'out']);
  const { axis = -1, epsilon = 1e-5, out } = options;
  checkAxis(axis);
  return arrays.operate({ x, gain, bias }, [out], (module, [nx, ng, nb], [no]) =>
    module.layerNorm(nx!, ng!, nb!, epsilon, no!, axis),
  )[0]!;
}

/** The core says which axes there are; a fraction would be cut on the way to it. */
function checkAxis(axis: number): void {
  if (Number.isInteger(axis) && Math.abs(axis) < 2 ** 31) return;
  throw new AttentionError('argument_range', `axis: found ${String(axis)}, expected a whole number`);
}

function gelu(arrays: Arrays, x: Operand, options: GeluOptions = {}): Operand {
  checkOptions('gelu', options, ['approximate', 'out']);
  const { approximate = 'none', out } = options;
  if (approximate !== 'none' && approximate !== 'tanh') {
    throw new AttentionError('argument_type', `gelu: found approximate "${approximate}", expected "none" or "tanh"`);
  }
  return arrays.operate({ x }, [out], (module, [nx], [no]) => module.gelu(nx!, approximate === 'tanh', no!))[0]!;
}
