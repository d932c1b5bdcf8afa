import type { Palette, Plot, Theme } from './types.ts';

/** A role of `theme.ts` (`ink`, `accent` ...) or a CSS colour. */
export type Paint = string;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface RectMark extends Box {
  kind: 'rect';
  fill?: Paint;
  stroke?: Paint;
  strokeWidth?: number;
  radius?: number;
  opacity?: number;
}

export interface LineMark {
  kind: 'line';
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  stroke: Paint;
  strokeWidth?: number;
  opacity?: number;
}

export interface CircleMark {
  kind: 'circle';
  cx: number;
  cy: number;
  r: number;
  fill?: Paint;
  stroke?: Paint;
  strokeWidth?: number;
  opacity?: number;
}

/** `y` is the baseline; `rotate` in degrees, clockwise, about `(x, y)`. */
export interface TextMark {
  kind: 'text';
  x: number;
  y: number;
  text: string;
  fill: Paint;
  size: number;
  anchor?: 'start' | 'middle' | 'end';
  weight?: number;
  rotate?: number;
  opacity?: number;
  /** Digits of one width. */
  digits?: boolean;
  /** A line of paper around the letters, where they stand on other marks. */
  halo?: boolean;
}

/** A stroke without filling; `d` in SVG's path language. */
export interface PathMark {
  kind: 'path';
  d: string;
  stroke: Paint;
  strokeWidth: number;
  opacity?: number;
}

/** Fine diagonal lines, aligned over all hatched areas: "not a number, but masked". */
export interface HatchMark extends Box {
  kind: 'hatch';
}

/** A matrix of coloured cells: `levels` (rows, columns), 0..255 into the palette, -1 = nothing there. */
export interface RasterMark extends Box {
  kind: 'raster';
  rows: number;
  columns: number;
  levels: Int16Array;
  opacity?: number;
}

export type Mark = RectMark | LineMark | CircleMark | TextMark | PathMark | HatchMark | RasterMark;

/** Everything that is seen, in CSS pixels. `ground` rarely changes and goes on a canvas; `front` follows the pointer. */
export interface Drawing {
  width: number;
  height: number;
  theme: Theme;
  palette: Palette;
  ground: Mark[];
  front: Mark[];
}

/** A plot that is drawn from a list of marks, and can therefore be exported. */
export interface Picture<T> extends Plot<T> {
  /** What is drawn now, in CSS pixels. */
  drawing(): Drawing;
}

/** Cuts to a hundredth of a pixel, so that drawing lists and files stay short. */
export function px(value: number): number {
  return Math.round(value * 100) / 100;
}
