import { lettersOf, textWidth, visibleToken } from './tokens.ts';

export type ColumnStyle = 'upright' | 'slanted' | 'vertical';

/** Where things are, in CSS pixels. The grid's corner is at `(left, top)`. */
export interface MapLayout {
  width: number;
  height: number;
  left: number;
  top: number;
  /** Side of a cell. */
  cell: number;
  queries: number;
  keys: number;
  columns: ColumnStyle;
  rowFont: number;
  columnFont: number;
  /** Space that a label has, along its own direction. */
  rowRoom: number;
  columnRoom: number;
}

export interface MapSpace {
  width: number;
  tokens: readonly string[];
  keyTokens: readonly string[];
}

/** Below this width the legend and the reading stand under each other. */
export const narrowWidth = 560;
/** Below this width they begin at the picture's edge, not the grid's. */
const tightWidth = 420;
const leastWidth = 280;
const gap = 7;
const largestCell = 56;
const smallestCell = 2;

const slant = Math.SQRT1_2;

/** Width of the longest label; the highlighted one is bold, and so a little wider than measured. */
function widest(tokens: readonly string[], size: number): number {
  return 1.14 * tokens.reduce((width, token) => Math.max(width, textWidth(visibleToken(token), size)), 0);
}

/** Single characters stand upright in any cell. */
function isSingle(tokens: readonly string[]): boolean {
  return tokens.every((token) => lettersOf(visibleToken(token)).length === 1);
}

/** Whole pixels where a cell is large, half pixels where it is small: edges stay crisp, space is not wasted. */
function cutCell(side: number): number {
  const cut = side >= 8 ? Math.floor(side) : Math.floor(2 * side) / 2;
  return Math.min(largestCell, Math.max(smallestCell, cut));
}

/** A label in every cell if letters of 9 pixels fit, else every few cells one of 11. */
function fontFor(cell: number): number {
  if (cell >= 9.5 && cell < 12) return Math.floor(cell * 0.95);
  return Math.min(15, Math.max(11, Math.floor(cell * 0.36)));
}

/** How far the last slanted label stands out to the right of the grid. */
function overhangOf(room: number, font: number, cell: number): number {
  return Math.max(0, (room + font * 0.4) * slant - cell / 2);
}

/** Lays out a map of `tokens.length` rows and `keyTokens.length` columns in the given width. */
export function layoutMap({ width, tokens, keyTokens }: MapSpace): MapLayout {
  const queries = tokens.length;
  const keys = keyTokens.length;
  const narrow = width < 480;
  const labelLimit = narrow ? 74 : 110;
  const guess = cutCell((width - labelLimit) / Math.max(1, keys));
  const rowFont = fontFor(guess);
  const rowRoom = Math.min(labelLimit, Math.ceil(widest(tokens, rowFont)) + 2);
  const left = rowRoom + gap;

  let cell = cutCell((width - left - 1) / Math.max(1, keys));
  const columnFont = fontFor(cell);
  const wanted = widest(keyTokens, columnFont);
  let columns: ColumnStyle = 'upright';
  let columnRoom = cell;
  let top = columnFont + gap + 4;
  if (wanted > cell - 4 && !isSingle(keyTokens)) {
    columns = narrow || cell < 15 ? 'vertical' : 'slanted';
    columnRoom = Math.min(labelLimit, Math.ceil(wanted) + 2);
    top = Math.ceil(columns === 'vertical' ? columnRoom : columnRoom * slant + columnFont * 0.6) + gap;
    if (columns === 'slanted') {
      cell = cutCell((width - left - overhangOf(columnRoom, columnFont, cell)) / keys);
    }
  }
  const overhang = columns === 'slanted' ? overhangOf(columnRoom, columnFont, cell) : 0;
  const drawn = Math.max(Math.min(width, leastWidth), Math.ceil(left + keys * cell + overhang + 1));
  return {
    width: drawn,
    height: Math.ceil(top + queries * cell + (drawn < narrowWidth ? 54 : 34)),
    left,
    top,
    cell,
    queries,
    keys,
    columns,
    rowFont: cell < 12 ? fontFor(cell) : rowFont,
    columnFont,
    rowRoom,
    columnRoom,
  };
}

/** Every how many labels one is shown, so that lines of text do not touch. */
export function labelStep(layout: MapLayout, axis: 'row' | 'column'): number {
  const font = axis === 'row' ? layout.rowFont : layout.columnFont;
  const pitch = axis === 'column' && layout.columns === 'slanted' ? layout.cell * slant : layout.cell;
  return Math.max(1, Math.ceil((font * 1.05) / pitch));
}

/** Where the lines under the grid begin. */
export function footStart({ width, left }: MapLayout): number {
  return width < tightWidth ? Math.min(left, 12) : left;
}

/** The cell at a point of the drawing, or `null` beside the grid. */
export function cellAt(layout: MapLayout, x: number, y: number): { query: number; key: number } | null {
  const key = Math.floor((x - layout.left) / layout.cell);
  const query = Math.floor((y - layout.top) / layout.cell);
  if (key < 0 || query < 0 || key >= layout.keys || query >= layout.queries) return null;
  return { query, key };
}
