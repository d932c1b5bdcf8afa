import type { Arrays } from './arrays.ts';
import { readOptions } from './checks.ts';
import type { FlowOptions, RolloutOptions, Tensor } from './types.ts';

/** What recorded patterns tell; the core checks all but the kinds of the options. */
export const interpretationOperators = {
  meanOverHeads: (arrays: Arrays, pattern: Tensor) => run(arrays, 'meanOverHeads', { pattern }),
  attentionRollout,
  attentionFlow,
  headEntropy: (arrays: Arrays, pattern: Tensor) => run(arrays, 'headEntropy', { pattern }),
  headDistance: (arrays: Arrays, pattern: Tensor) => run(arrays, 'headDistance', { pattern }),
};

function run(arrays: Arrays, name: string, operands: Record<string, Tensor>, numbers: number[] = []): Tensor {
  const [result] = arrays.operate(operands, [undefined], (module, inputs, outputs) =>
    module.operate(name, inputs, numbers, outputs),
  );
  return result as Tensor;
}

function attentionRollout(arrays: Arrays, patterns: Tensor, options: RolloutOptions = {}): Tensor {
  const { residual = 0.5 } = readOptions('attentionRollout', options, { residual: 'number' });
  return run(arrays, 'attentionRollout', { patterns }, [residual]);
}

function attentionFlow(arrays: Arrays, patterns: Tensor, options: FlowOptions = {}): Tensor {
  const kinds = { residual: 'number', normalise: 'boolean' };
  const { residual = 0.5, normalise = false } = readOptions('attentionFlow', options, kinds);
  return run(arrays, 'attentionFlow', { patterns }, [residual, Number(normalise)]);
}
