import Papa from 'papaparse';
import type { Table, Text } from './table.ts';

/** What became of a file: a table and what was left out of it, or why it is none. */
export type Reading = { table: Table; notes: readonly Text[] } | { code: string; why: Text };

export const most = { bytes: 5e6, rows: 500, columns: 64, classes: 12, size: 1e15 };

interface Row {
  place: number;
  cells: string[];
}

class Refusal extends Error {
  readonly code: string;
  readonly why: Text;

  constructor(code: string, why: Text) {
    super(why[0]);
    this.code = code;
    this.why = why;
  }
}

/** Reads comma-separated values (or others that papaparse guesses): numbers are features, one column of texts the label. */
export function readTable(name: string, text: string): Reading {
  try {
    return tableOf(name, text);
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, why: error.why };
    throw error;
  }
}

function tableOf(name: string, text: string): Reading {
  const notes: Text[] = [];
  const { rows, header } = rowsOf(text);
  const width = header?.cells.length ?? rows[0]?.cells.length ?? 0;
  for (const { place, cells } of rows) {
    if (cells.length <= width) continue;
    throw new Refusal('csv_width', [
      `Row ${place} has ${cells.length} cells, the first row ${width}.`,
      `第 ${place} 行有 ${cells.length} 格，而第一行是 ${width} 格。`,
    ]);
  }
  const names = Array.from({ length: width }, (_, c) => header?.cells[c]?.trim() || `x${c + 1}`);
  const { features, label } = columnsOf(names, rows, notes);
  const whole = rows.filter(({ cells }) => [...features, ...(label ?? [])].every((c) => !isGap(cells[c])));
  if (whole.length < rows.length) {
    const left = rows.length - whole.length;
    const first = rows.find((row) => !whole.includes(row))!.place;
    notes.push(
      left === 1
        ? [`Row ${first} has a gap and is left out.`, `第 ${first} 行有空缺，没有使用。`]
        : [
            `${left} rows with gaps are left out, the first of them row ${first}.`,
            `有空缺的 ${left} 行没有使用，其中最前的是第 ${first} 行。`,
          ],
    );
  }
  const kinds = kindsOf(whole, label, names, notes);
  const taken = sampled(kinds.length > 0 ? kinds.flatMap(([, all]) => all) : whole, notes);
  if (taken.length < 2) {
    throw new Refusal('csv_rows', [
      `${taken.length === 1 ? 'Only one row' : 'No row'} of numbers is left; two or more can be compared.`,
      `${taken.length === 1 ? '只剩一行数字' : '没有一行数字'}；至少要有两行才能比较。`,
    ]);
  }
  return { table: built(name, names, taken, features, kinds, notes), notes };
}

/** Rows that are not empty; the first is a header where none of its cells is a number. */
function rowsOf(text: string): { rows: Row[]; header: Row | null } {
  const { data } = Papa.parse<string[]>(text);
  const rows = data
    .map((cells, i) => ({ place: i + 1, cells }))
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  const [first] = rows;
  if (!first) throw new Refusal('csv_empty', ['The file is empty.', '文件是空的。']);
  const isHeader = rows.length > 1 && first.cells.every((cell) => Number.isNaN(numberOf(cell)));
  return isHeader ? { rows: rows.slice(1), header: first } : { rows, header: null };
}

const gaps = /^(|na|n\/a|nan|null|none|\?|-)$/i;
const isGap = (cell: string | undefined): boolean => gaps.test((cell ?? '').trim());

/** NaN for what is no number. A comma may stand for the point where it does not part cells. */
function numberOf(cell: string | undefined): number {
  const text = (cell ?? '').trim().replace(/^([-+]?\d+),(\d+)$/, '$1.$2');
  return text === '' || /^0[xbo]/i.test(text) ? NaN : Number(text);
}

const labelNames = /^(class|label|target|species|variety|类别|类|标签|品种)$/i;

/** Which columns are features, and which one is the label (or none). */
function columnsOf(names: string[], rows: Row[], notes: Text[]): { features: number[]; label: [number] | null } {
  const numbers: number[] = [];
  const texts: number[] = [];
  names.forEach((name, c) => {
    const cells = rows.map(({ cells: all }) => all[c]).filter((cell) => !isGap(cell));
    if (cells.length === 0) {
      notes.push([`Column “${name}” is empty and left out.`, `“${name}”这一列是空的，没有使用。`]);
      return;
    }
    const counted = cells.filter((cell) => !Number.isNaN(numberOf(cell))).length;
    (2 * counted > cells.length ? numbers : texts).push(c);
  });
  const last = names.length - 1;
  const named = texts.length === 0 && numbers.length > 1 ? numbers.find((c) => labelNames.test(names[c]!)) : undefined;
  const label = texts.includes(last) ? last : (texts[0] ?? named);
  for (const c of texts.filter((one) => one !== label)) {
    notes.push([`Column “${names[c]}” is text and left out.`, `“${names[c]}”这一列是文字，没有使用。`]);
  }
  const features = numbers.filter((c) => c !== label);
  if (features.length === 0) {
    throw new Refusal('csv_columns', ['No column holds numbers.', '没有一列是数字。']);
  }
  if (features.length > most.columns) {
    notes.push([
      `Of ${features.length} columns of numbers the first ${most.columns} are taken.`,
      `共 ${features.length} 列数字，只取前 ${most.columns} 列。`,
    ]);
    features.length = most.columns;
  }
  for (const row of rows) for (const c of features) checkCell(row, c, names[c]!);
  return { features, label: label === undefined ? null : [label] };
}

function checkCell({ place, cells }: Row, c: number, name: string): void {
  if (isGap(cells[c]) || Math.abs(numberOf(cells[c])) <= most.size) return;
  const found = cells[c]!.trim().slice(0, 24);
  const isNumber = !Number.isNaN(numberOf(cells[c]));
  throw new Refusal(isNumber ? 'csv_range' : 'csv_text', [
    `Row ${place}, column ${c + 1} (“${name}”): found “${found}”, expected a number${isNumber ? ' up to 1e15' : ''}.`,
    `第 ${place} 行第 ${c + 1} 列（“${name}”）：是“${found}”，应为${isNumber ? '不超过 1e15 的' : ''}数字。`,
  ]);
}

function sampled(rows: Row[], notes: Text[]): Row[] {
  if (rows.length <= most.rows) return rows;
  notes.push([
    `Of ${rows.length} rows ${most.rows} are taken, evenly spread.`,
    `共 ${rows.length} 行，均匀地取 ${most.rows} 行。`,
  ]);
  return Array.from({ length: most.rows }, (_, i) => rows[Math.floor((i * rows.length) / most.rows)]!);
}

/** The rows of each class, by its name; none where no column tells classes. */
function kindsOf(rows: Row[], label: [number] | null, names: string[], notes: Text[]): [string, Row[]][] {
  if (!label) {
    notes.push([
      'No column tells classes, so there is no vote and no fit.',
      '没有一列说明类别，因此不投票，也不拟合。',
    ]);
    return [];
  }
  const [column] = label;
  const kinds = new Map<string, Row[]>();
  for (const row of rows) {
    const kind = row.cells[column]!.trim();
    if (!kinds.get(kind)?.push(row)) kinds.set(kind, [row]);
    if (kinds.size > most.classes) break;
  }
  if (kinds.size <= most.classes) return [...kinds];
  notes.push([
    `Column “${names[column]}” has more than ${most.classes} different texts: it is not taken for classes, so there is no vote and no fit.`,
    `“${names[column]}”这一列有超过 ${most.classes} 种不同的文字：不当作类别，因此不投票，也不拟合。`,
  ]);
  return [];
}

function built(
  name: string,
  names: string[],
  order: Row[],
  features: number[],
  kinds: [string, Row[]][],
  notes: Text[],
): Table {
  const values = Float64Array.from(order.flatMap(({ cells }) => features.map((c) => numberOf(cells[c]))));
  const columns = features.map((c) => names[c]!);
  columns.forEach((column, c) => {
    if (order.some((_, i) => values[i * columns.length + c] !== values[c])) return;
    notes.push([
      `Column “${column}” is constant; standardised, it becomes zeros.`,
      `“${column}”这一列是常数；标准化后全是零。`,
    ]);
  });
  if (columns.length === 1) {
    notes.push([
      'There is one column of numbers: enough to compare rows, but a projection needs two.',
      '只有一列数字：足够比较各行，但投影至少需要两列。',
    ]);
  }
  return {
    name,
    columns,
    rows: order.length,
    values,
    classes: kinds.map(([kind]) => kind),
    labels:
      kinds.length > 0 ? Float32Array.from(order, (row) => kinds.findIndex(([, all]) => all.includes(row))) : null,
    places: order.map(({ place }) => place),
  };
}
