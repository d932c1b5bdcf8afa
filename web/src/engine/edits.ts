import { AttentionError, checkOptions } from './error.ts';
import { expandStation } from './names.ts';
import type { NativeEdit } from './native.ts';
import type { BooleanMask, Edit, StationView } from './types.ts';
import { lend } from './view.ts';

const kEditKeys = ['at', 'head', 'set', 'scale', 'mask'] as const;
const kActions = ['set', 'scale', 'mask'] as const;

/** Edits as data, one per exactly named station. Throws `edit_invalid`, `station_unknown`. */
export function expandEdits(edits: readonly Edit[], stations: readonly string[]): NativeEdit[] {
  if (!Array.isArray(edits))
    throw new AttentionError('argument_type', `edits: found ${typeof edits}, expected an array`);
  return edits.flatMap((edit: Edit) => {
    checkOptions('edit', edit, kEditKeys);
    const actions = kActions.filter((action) => edit[action] !== undefined);
    const kind = actions[0];
    if (actions.length !== 1 || !kind) {
      throw new AttentionError(
        'edit_invalid',
        `edit at "${edit.at}": found ${actions.join(' and ') || 'nothing to do'}, expected exactly one of ${kActions.join(', ')}`,
      );
    }
    const change = kind === 'mask' ? { mask: checkMask(edit) } : { value: checkNumber(edit, kind) };
    const head = edit.head ?? -1;
    if (!Number.isInteger(head) || head < (edit.head === undefined ? -1 : 0)) {
      throw new AttentionError(
        'edit_invalid',
        `edit at "${edit.at}": head: found ${head}, expected a whole number from 0`,
      );
    }
    return expandStation(edit.at, stations).map((at) => ({ at, head, kind, ...change }));
  });
}

function checkNumber(edit: Edit, kind: 'set' | 'scale'): number {
  const value = edit[kind];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new AttentionError('edit_invalid', `edit at "${edit.at}": ${kind}: found ${value}, expected a finite number`);
}

function checkMask({ at, mask }: Edit): BooleanMask {
  const size = mask?.shape?.reduce((product, length) => product * length, 1);
  if (mask && mask.shape.length === 2 && mask.data instanceof Uint8Array && mask.data.length === size) return mask;
  throw new AttentionError(
    'edit_invalid',
    `edit at "${at}": mask: expected {shape: [queries, keys], data: Uint8Array of queries * keys}`,
  );
}

/** Callbacks in the form that the module calls, and the way to hear what they threw. */
export interface Callbacks {
  edits: NativeEdit[];
  /** Throws what the first failing callback threw. An exception may not cross C++, so it waits here. */
  rethrow(): void;
}

export function callbackEdits(
  edit: Record<string, (view: StationView) => void>,
  stations: readonly string[],
): Callbacks {
  const failures: unknown[] = [];
  const edits = Object.entries(edit).flatMap(([pattern, callback]) => {
    if (typeof callback !== 'function') {
      throw new AttentionError('edit_invalid', `edit at "${pattern}": found ${typeof callback}, expected a function`);
    }
    const call = (data: Float32Array, shape: number[], hasHeads: boolean): void => {
      if (failures.length > 0) return;
      const loan = lend(data, hasHeads ? shape : shape.slice(1));
      try {
        callback(loan.view);
      } catch (error) {
        failures.push(error);
      } finally {
        loan.end();
      }
    };
    return expandStation(pattern, stations).map((at): NativeEdit => {
      // The module lends every station as (heads, rows, columns), one head where the station has none.
      const hasHeads = /\.(attn|cross)\./.test(at);
      return { at, head: -1, kind: 'call', call: (data, shape) => call(data, shape, hasHeads) };
    });
  });
  return {
    edits,
    rethrow() {
      if (failures.length > 0) throw failures[0];
    },
  };
}
