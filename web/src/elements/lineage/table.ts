/** The same text in English and in Chinese. */
export type Text = readonly [en: string, zh: string];

/** Examples as rows of numbers, sorted by class. */
export interface Table {
  name: string;
  columns: readonly string[];
  rows: number;
  /** (rows, columns). */
  values: Float64Array;
  classes: readonly string[];
  /** Class of each row, 0 and up; null where nothing tells classes. */
  labels: Float32Array | null;
  /** Number of each row in its file, which counts the header too. */
  places: readonly number[];
  /** Names in Chinese, where there are any. */
  zh?: { columns: readonly string[]; classes: readonly string[] };
}

/** Every column brought to mean 0 and variance 1; constant ones to zeros. */
export function standardised({ rows, columns, values }: Table): Float64Array {
  const width = columns.length;
  const out = new Float64Array(values.length);
  for (let c = 0; c < width; ++c) {
    const column = Float64Array.from({ length: rows }, (_, i) => values[i * width + c]!);
    const mean = column.reduce((sum, x) => sum + x / rows, 0);
    const variance = column.reduce((sum, x) => sum + (x - mean) ** 2 / rows, 0);
    const varies = column.some((x) => x !== column[0]) && variance > 0;
    column.forEach((x, i) => (out[i * width + c] = varies ? (x - mean) / Math.sqrt(variance) : 0));
  }
  return out;
}
