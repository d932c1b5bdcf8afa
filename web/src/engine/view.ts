import { AttentionError } from './error.ts';
import type { StationView } from './types.ts';

/** A lent view and the end of its loan. */
export interface Loan {
  view: StationView;
  end(): void;
}

/** Lends `data` (in wasm memory, row-major) as a view that throws `view_expired` once the loan has ended. */
export function lend(data: Float32Array, shape: readonly number[]): Loan {
  const state = { open: true };
  const makeView = (part: Float32Array, partShape: readonly number[]): StationView => {
    const open = (): Float32Array => {
      if (state.open) return part;
      throw new AttentionError(
        'view_expired',
        'a lent view was used after its callback had returned; copy what you need with data.slice()',
      );
    };
    const view: StationView = {
      shape: partShape,
      get data() {
        return open();
      },
      head(index) {
        const heads = partShape[0] ?? 0;
        if (partShape.length < 3 || !Number.isInteger(index) || index < 0 || index >= heads) {
          throw new AttentionError(
            'argument_range',
            `head: found ${index} in a view of shape (${partShape.join(', ')}), expected ${partShape.length < 3 ? 'a station with heads' : `0 to ${heads - 1}`}`,
          );
        }
        const size = part.length / heads;
        return makeView(open().subarray(index * size, (index + 1) * size), partShape.slice(1));
      },
      fill(value) {
        open().fill(value);
        return view;
      },
    };
    return view;
  };
  return {
    view: makeView(data, shape),
    end() {
      state.open = false;
    },
  };
}
