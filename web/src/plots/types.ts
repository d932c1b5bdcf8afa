/** An array of any rank, row-major, slowest axis first. The engine's tensors have this form. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** A place in a pattern, by index (tokens repeat): row `query` looks at column `key`. */
export interface Cell {
  query: number;
  key: number;
}

/** A cell that is known to be a true link, drawn as an open ring. */
export interface Link extends Cell {
  label?: string;
}

/** A head by its indices, both counted from 0. */
export interface HeadPlace {
  layer: number;
  head: number;
}

/** Whether `query` may not look at `key`. */
export type MaskedAt = (query: number, key: number) => boolean;

export type Theme = 'light' | 'dark';
export type Lang = 'en' | 'zh';
/** `indigo` follows the theme (zero is paper); `viridis` is the same in both. */
export type Palette = 'indigo' | 'viridis';

/** The weight that full colour stands for: 1, or the largest of each map, which shows how many weak ones differ. */
export type FullColour = 'one' | 'largest';

/** What every picture takes. */
export interface Look {
  theme?: Theme;
  lang?: Lang;
  palette?: Palette;
  /** Width in CSS pixels; without it the picture follows the width it is given by the page. */
  size?: number;
}

/** An element that shows something and can highlight one part of it. */
export interface Plot<T> extends HTMLElement {
  /** Moves the highlight without rebuilding; `null` removes it. Tells no event. */
  select(part: T | null): void;
}

/** `bubbles` and `composed`; detail `null` when the pointer has left. */
export type PlotHoverEvent<T = Cell> = CustomEvent<T | null>;
export type PlotSelectEvent<T = Cell> = CustomEvent<T>;
/** `value` is what the cell should become: 1 = may attend, 0 = masked. */
export type PlotPaintEvent = CustomEvent<Cell & { value: 0 | 1 }>;
