import type { Arrays } from './arrays.ts';
import { checkCount, checkParams } from './checks.ts';
import { AttentionError, checkOptions } from './error.ts';
import type { Encoding, Operand, PositionFunctions, RotaryEmbeddingOptions, Tensor } from './types.ts';

/** The rows of the C++ table of encodings that have a table, from a formula or from a trained weight. */
export const encodingsWithTable = (rows: readonly Encoding[]): Encoding[] => rows.filter(({ kind }) => kind !== 'none');

/** A function for each of these rows. */
export function positionFunctions(arrays: Arrays, encodings: readonly Encoding[]): PositionFunctions {
  return Object.fromEntries(
    encodingsWithTable(encodings).map((row) => [
      row.name,
      (tokens: number, width: number, params: Record<string, number> = {}, weight?: Operand) => {
        checkParams(row.name, row.params, params);
        checkCount(`${row.name}: tokens`, tokens, 0);
        checkCount(`${row.name}: ${row.kind === 'biased' ? 'heads' : 'width'}`, width, 1);
        return arrays.operate(weight === undefined ? {} : { weight }, [undefined], (module, weights, [out]) =>
          module.encodingTable(row.name, tokens, width, params, weights, out!),
        )[0] as Tensor;
      },
    ]),
  );
}

export function rotaryEmbedding(
  arrays: Arrays,
  x: Operand,
  cos_cache: Operand,
  sin_cache: Operand,
  options: RotaryEmbeddingOptions = {},
): Operand {
  checkOptions('rotaryEmbedding', options, kRotaryOptions);
  const { num_heads = 0, rotary_embedding_dim = 0, interleaved = false, position_ids, out } = options;
  checkCount('num_heads', num_heads, 0);
  checkCount('rotary_embedding_dim', rotary_embedding_dim, 0);
  if (![false, true, 0, 1].includes(interleaved)) {
    throw new AttentionError(
      'argument_type',
      `interleaved: found ${String(interleaved)}, expected true, false, 1 or 0`,
    );
  }
  const numbers = [num_heads, rotary_embedding_dim, Number(interleaved), ...checkedIds(position_ids)];
  return arrays.operate({ x, cos_cache, sin_cache }, [out], (module, inputs, outputs) =>
    module.operate('rotaryEmbedding', inputs, numbers, outputs),
  )[0]!;
}

const kRotaryOptions = ['num_heads', 'rotary_embedding_dim', 'interleaved', 'position_ids', 'out'];

function checkedIds(ids: readonly number[] | undefined): readonly number[] {
  if (ids === undefined) return [];
  if (!Array.isArray(ids)) {
    throw new AttentionError('argument_type', 'position_ids: expected an array of whole numbers');
  }
  // To the core, no numbers mean that the option is not given.
  if (ids.length === 0) throw new AttentionError('argument_shape', 'position_ids: found none, expected one a token');
  for (const id of ids as number[]) checkCount('position_ids', id, 0);
  return ids;
}
