import type { HeatMapData } from '../../src/elements/rooms/heatmap.ts';
import type { Tensor } from '../../src/engine/types.ts';

/** A tensor laid out as a matrix: its first axis longer than 1 downwards, all others to the right. */
export interface Layout {
  rows: number;
  columns: number;
  /** Places on the tensor's axes of a row, a column, or one element; null is all of them. */
  index(row: number | null, column: number | null): (number | null)[];
}

export function layoutOf(shape: readonly number[]): Layout {
  const long = shape.findIndex((length) => length !== 1);
  // A vector is one row.
  const first = long < 0 || long === shape.length - 1 ? -1 : long;
  const rest = shape.slice(Math.max(first, 0) + (first < 0 ? 0 : 1));
  const columnPlaces = (column: number): number[] =>
    rest.map((length, axis) => {
      const stride = rest.slice(axis + 1).reduce((product, other) => product * other, 1);
      return Math.floor(column / stride) % length;
    });
  return {
    rows: first < 0 ? 1 : shape[first]!,
    columns: rest.reduce((product, length) => product * length, 1),
    index: (row, column) => [
      ...new Array<null>(Math.max(first, 0)).fill(null),
      ...(first < 0 ? [] : [row]),
      ...(column === null ? rest.map(() => null) : columnPlaces(column)),
    ],
  };
}

/** A tensor in a few numbers, and small enough to draw. */
export interface Digest {
  layout: Layout;
  mean: number;
  /** The standard deviation. */
  spread: number;
  least: number;
  most: number;
  map: HeatMapData;
  /** Numbers that a cell of the map is the mean of. */
  rowsPerCell: number;
  columnsPerCell: number;
}

/** Cells of a map in each direction. */
const mostCells = 128;

/** Two passes over the numbers: sums of squares lose what they have in common. */
export function digest({ shape, data }: Tensor): Digest {
  const layout = layoutOf(shape);
  const { rows, columns } = layout;
  let [sum, least, most] = [0, Infinity, -Infinity];
  for (let i = 0; i < data.length; ++i) {
    const value = data[i]!;
    sum += value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const mean = sum / data.length;
  let squares = 0;
  for (let i = 0; i < data.length; ++i) squares += (data[i]! - mean) * (data[i]! - mean);
  const rowsPerCell = Math.max(1, Math.ceil(rows / mostCells));
  const columnsPerCell = Math.max(1, Math.ceil(columns / mostCells));
  const map = shrink(data, layout, rowsPerCell, columnsPerCell);
  return { layout, mean, spread: Math.sqrt(squares / data.length), least, most, map, rowsPerCell, columnsPerCell };
}

/** Means of blocks; those at the far ends may be smaller. */
function shrink(data: Float32Array, { rows, columns }: Layout, tall: number, wide: number): HeatMapData {
  const [down, across] = [Math.ceil(rows / tall), Math.ceil(columns / wide)];
  const sums = new Float32Array(down * across);
  const sizeOf = (cell: number, block: number, all: number): number => Math.min(block, all - cell * block);
  for (let row = 0, at = 0; row < rows; ++row) {
    const first = Math.floor(row / tall) * across;
    for (let cell = 0; cell < across; ++cell) {
      const end = at + sizeOf(cell, wide, columns);
      let sum = 0;
      for (; at < end; ++at) sum += data[at]!;
      sums[first + cell]! += sum;
    }
  }
  for (let i = 0; i < sums.length; ++i) {
    sums[i]! /= sizeOf(Math.floor(i / across), tall, rows) * sizeOf(i % across, wide, columns);
  }
  return { rows: down, columns: across, data: sums };
}
