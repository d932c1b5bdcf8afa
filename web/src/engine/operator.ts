import type { Core } from './core.ts';
import { AttentionError, checkOptions } from './error.ts';
import type { AttentionOptions, AttentionResult, Encoding, PositionFunctions, Tensor } from './types.ts';

const kOptions = ['variant', 'causal', 'scale', 'softcap', 'mask'] as const;

/** The bare operator: checks what C++ could not name, fills in defaults, calls. */
export function attention(
  core: Core,
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: AttentionOptions = {},
): AttentionResult {
  checkOptions('attention', options, kOptions);
  checkTensor('q', q);
  checkTensor('k', k);
  checkTensor('v', v);
  const { causal = false, variant = causal ? 'causal' : 'bidirectional', scale = 0, softcap = 0, mask } = options;
  if (mask) checkTensor('mask', mask);
  return core.call((module) =>
    module.attention(q, k, v, mask ? { variant, scale, softcap, mask } : { variant, scale, softcap }),
  );
}

function checkTensor(name: string, tensor: { shape: readonly number[]; data: Float32Array | Uint8Array }): void {
  const { shape, data } = tensor ?? {};
  if (!Array.isArray(shape) || !(data instanceof Float32Array || (name === 'mask' && data instanceof Uint8Array))) {
    throw new AttentionError('argument_type', `${name}: expected {shape: number[], data: Float32Array}`);
  }
  const size = shape.reduce((product: number, length: number) => product * length, 1);
  if (size !== data.length) {
    throw new AttentionError(
      'argument_shape',
      `${name}: found ${data.length} numbers for the shape (${shape.join(', ')}), expected ${size}`,
    );
  }
}

/** A function for each tabulated row of the C++ table of encodings. */
export function positionFunctions(core: Core, encodings: readonly Encoding[]): PositionFunctions {
  const tabulated = encodings.filter((row) => row.tabulated);
  return Object.fromEntries(
    tabulated.map(({ name }) => [
      name,
      (tokens: number, width: number, params: Record<string, number> = {}) =>
        core.call((module) => module.encodingTable(name, tokens, width, params)),
    ]),
  );
}
