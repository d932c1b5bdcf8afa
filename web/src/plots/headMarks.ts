import { colourTable, hexOf, levelOf } from './colour.ts';
import type { Drawing, Mark, RasterMark } from './marks.ts';
import type { HeadPattern } from './pattern.ts';
import { textWidth } from './tokens.ts';
import type { HeadPlace, MaskedAt, Palette, Theme } from './types.ts';

/** A head's match with something, shown in the corner of its map. */
export interface Badge extends HeadPlace {
  /** In [0, 1]; drawn with two decimals unless `label` is given. */
  value: number;
  label?: string;
}

export interface HeadTile extends HeadPlace {
  pattern: HeadPattern;
  /** The weight of full colour. */
  full: number;
  off: boolean;
  badge?: Badge;
}

/** Where the tiles are, in CSS pixels; `side` is the side of a map, its label stands above it. */
export interface HeadLayout {
  width: number;
  height: number;
  columns: number;
  side: number;
  pitchX: number;
  pitchY: number;
}

export interface HeadState {
  layout: HeadLayout;
  tiles: readonly HeadTile[];
  masked?: MaskedAt;
  selected: HeadPlace | null;
  hovered: HeadPlace | null;
  theme: Theme;
  palette: Palette;
}

const labelRoom = 18;
const largestSide = 104;
const margin = 3;
/** What a finger needs (WCAG 2.2, 2.5.8); the smallest map and its gap are as wide. */
const smallestTarget = 24;

/** The side that `columns` maps have in the given width. */
function sideOf(width: number, columns: number, gap: number): number {
  return Math.min(largestSide, Math.floor((width - 2 * margin + gap) / columns) - gap);
}

/**
 * A line per layer if the maps stay at least `smallestSide` pixels wide, else a layer is broken into lines of one length,
 * or, where that would leave half of the width empty, into lines that layers share. Layers of one head share a line too.
 */
export function layoutHeads(
  width: number,
  count: number,
  heads: number,
  smallestSide = smallestTarget - 3,
): HeadLayout {
  const line = heads === 1 ? count : heads;
  const wide = width / line < 34 ? 3 : width / line < 56 ? 6 : 12;
  const gap = sideOf(width, line, wide) < smallestSide && sideOf(width, line, 6) >= smallestSide ? 6 : wide;
  const fitting = Math.max(1, Math.floor((width - 2 * margin + gap) / (smallestSide + gap)));
  let columns = Math.min(line, fitting);
  while (line % columns !== 0) --columns;
  if (2 * columns <= Math.min(line, fitting)) columns = Math.min(line, fitting);
  const side = sideOf(width, columns, gap);
  const rows = Math.ceil(count / columns);
  return {
    width: 2 * margin + columns * (side + gap) - gap,
    height: rows * (side + labelRoom + gap) - gap + margin,
    columns,
    side,
    pitchX: side + gap,
    pitchY: side + labelRoom + gap,
  };
}

/** Corner of a tile's map. */
export function tileAt(layout: HeadLayout, index: number): { x: number; y: number } {
  return {
    x: margin + (index % layout.columns) * layout.pitchX,
    y: Math.floor(index / layout.columns) * layout.pitchY + labelRoom,
  };
}

/** Where a tile can be touched: its map and its label, and of the smallest the gap. */
export function targetAt(layout: HeadLayout, index: number): { x: number; y: number; width: number; height: number } {
  const { x, y } = tileAt(layout, index);
  const width = Math.max(layout.side, Math.min(layout.pitchX, smallestTarget));
  return { x: x - (width - layout.side) / 2, y: y - labelRoom, width, height: layout.side + labelRoom };
}

/** 1 where a cell is masked, row-major: asked once for all heads, not once for each. */
function closedCells(masked: MaskedAt, { queries, keys }: HeadPattern): Uint8Array {
  const closed = new Uint8Array(queries * keys);
  for (let query = 0; query < queries; ++query) {
    for (let key = 0; key < keys; ++key) closed[query * keys + key] = masked(query, key) ? 1 : 0;
  }
  return closed;
}

/**
 * A pattern at most `limit` cells wide and high: where cells must share a dot, the largest weight shows,
 * so that a thin diagonal stays visible. A dot is masked only if all its cells are `closed`. Weights are shares of `full`.
 */
export function poolLevels(
  pattern: HeadPattern,
  limit: number,
  closed?: Uint8Array,
  full = 1,
): { rows: number; columns: number; levels: Int16Array } {
  const { queries, keys, data, start } = pattern;
  const rows = Math.min(limit, queries);
  const columns = Math.min(limit, keys);
  // Plain loops: with 256 tokens and 30 heads, `from` with a function would take most of the time.
  const columnOf = new Int32Array(keys);
  for (let key = 0; key < keys; ++key) columnOf[key] = Math.floor((key * columns) / keys);
  const most = new Float64Array(rows * columns).fill(-1);
  for (let query = 0; query < queries; ++query) {
    const row = Math.floor((query * rows) / queries) * columns;
    for (let key = 0; key < keys; ++key) {
      const cell = query * keys + key;
      if (closed !== undefined && closed[cell] === 1) continue;
      const at = row + columnOf[key]!;
      const weight = data[start + cell]!;
      if (weight > most[at]!) most[at] = weight;
    }
  }
  const levels = new Int16Array(most.length);
  for (let at = 0; at < most.length; ++at) levels[at] = most[at]! < 0 ? -1 : levelOf(most[at]! / full);
  return { rows, columns, levels };
}

function same(a: HeadPlace | null, b: HeadPlace): boolean {
  return a?.layer === b.layer && a.head === b.head;
}

function mapMarks(state: HeadState, tile: HeadTile, index: number, closed: Uint8Array | undefined): Mark[] {
  const { side } = state.layout;
  const box = { ...tileAt(state.layout, index), width: side, height: side };
  const raster: RasterMark = {
    kind: 'raster',
    ...box,
    ...poolLevels(tile.pattern, 2 * side, closed, tile.full),
    opacity: tile.off ? 0.3 : undefined,
  };
  return [
    {
      kind: 'rect',
      ...box,
      fill: state.palette === 'viridis' ? 'paper' : hexOf(colourTable('indigo', state.theme), 0),
    },
    raster,
  ];
}

function badgeMarks(tile: HeadTile, x: number, y: number, side: number): Mark[] {
  if (!tile.badge) return [];
  const text = tile.badge.label ?? tile.badge.value.toFixed(2);
  const size = side < 44 ? 9 : 10.5;
  const width = textWidth(text, size) + 10;
  const box = { x: x + side - width + 3, y: y - 4, width, height: size + 5, radius: (size + 5) / 2 };
  return [
    { kind: 'rect', ...box, fill: 'paper', stroke: 'link', strokeWidth: 1 },
    {
      kind: 'text',
      x: box.x + width / 2,
      y: box.y + size + 1,
      text,
      fill: 'link',
      size,
      weight: 600,
      anchor: 'middle',
      digits: true,
    },
  ];
}

/** `L0·H3`, or `0·3` if the longest of them would touch its neighbour. */
function labelOf({ layout, tiles }: HeadState, { layer, head }: HeadTile): string {
  const long = tiles.some(
    (tile) => textWidth(`L${tile.layer}·H${tile.head}`, labelSize(layout.side)) > layout.pitchX - 3,
  );
  return long ? `${layer}·${head}` : `L${layer}·H${head}`;
}

function labelSize(side: number): number {
  return side < 24 ? 8 : side < 34 ? 9 : 11;
}

function frontOf(state: HeadState, tile: HeadTile, index: number): Mark[] {
  const { side } = state.layout;
  const { x, y } = tileAt(state.layout, index);
  const on = same(state.selected, tile);
  const pointed = same(state.hovered, tile);
  const label = labelOf(state, tile);
  const size = labelSize(side);
  const cross = { kind: 'line' as const, stroke: 'less', strokeWidth: 1.5, opacity: 0.85 };
  return [
    {
      kind: 'text',
      x: x + 1,
      y: y - 6,
      text: label,
      fill: on ? 'accent' : 'soft',
      size,
      weight: on ? 700 : 400,
      digits: true,
      opacity: tile.off ? 0.6 : undefined,
    },
    { kind: 'rect', x: x - 0.5, y: y - 0.5, width: side + 1, height: side + 1, stroke: 'faint' },
    ...(tile.off
      ? [
          { ...cross, x1: x, y1: y, x2: x + side, y2: y + side },
          { ...cross, x1: x + side, y1: y, x2: x, y2: y + side },
        ]
      : []),
    ...(on || pointed
      ? [
          {
            kind: 'rect' as const,
            x: x - 1.5,
            y: y - 1.5,
            width: side + 3,
            height: side + 3,
            radius: 3,
            stroke: 'accent',
            strokeWidth: on ? 2.5 : 1.25,
          },
        ]
      : []),
    ...badgeMarks(tile, x, y, side),
  ];
}

function groundMarks(state: HeadState): Mark[] {
  const { tiles, masked } = state;
  const known = new Map<number, Uint8Array>();
  return tiles.flatMap((tile, index) => {
    const { keys } = tile.pattern;
    if (masked && !known.has(keys)) known.set(keys, closedCells(masked, tile.pattern));
    return mapMarks(state, tile, index, known.get(keys));
  });
}

/** All heads as a list of marks; with `front` only, the ground is left empty. */
export function drawHeads(state: HeadState, part: 'all' | 'front' = 'all'): Drawing {
  const { layout, tiles, theme, palette } = state;
  return {
    width: layout.width,
    height: layout.height,
    theme,
    palette,
    ground: part === 'all' ? groundMarks(state) : [],
    front: tiles.flatMap((tile, index) => frontOf(state, tile, index)),
  };
}
