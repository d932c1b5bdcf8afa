import type { MapLayout } from './mapLayout.ts';
import { make, unseen } from './picture.ts';
import type { Cell } from './types.ts';

export interface CellGridOptions {
  host: HTMLElement;
  describe(cell: Cell): string;
  onMove(cell: Cell): void;
  onPick(cell: Cell): void;
  onLeave(): void;
}

export interface CellGrid {
  element: HTMLElement;
  /** Fits the grid to a layout; `selected` is where a keyboard enters. */
  place(layout: MapLayout, selected: Cell | null, label: string): void;
  /** Makes a cell the current one and gives it the keyboard. */
  focus(cell: Cell): void;
}

/** Cells that PageUp and PageDown pass over. */
const page = 10;

/** Where a key leads from a cell, or `null` if it is no key of ours. */
export function cellAfterKey(key: string, from: Cell, queries: number, keys: number, control = false): Cell | null {
  const moves: Record<string, [number, number]> = {
    ArrowUp: [from.query - 1, from.key],
    ArrowDown: [from.query + 1, from.key],
    ArrowLeft: [from.query, from.key - 1],
    ArrowRight: [from.query, from.key + 1],
    Home: [control ? 0 : from.query, 0],
    End: [control ? queries - 1 : from.query, keys - 1],
    PageUp: [from.query - page, from.key],
    PageDown: [from.query + page, from.key],
  };
  const move = moves[key];
  if (!move) return null;
  const cut = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value));
  return { query: cut(move[0], queries), key: cut(move[1], keys) };
}

/**
 * The keyboard's and the reader's twin of a matrix: a grid of which one cell is present, the current one.
 * It has the matrix' counts, lies over the current cell, and is told aloud as it moves.
 */
export function makeCellGrid({ host, describe, onMove, onPick, onLeave }: CellGridOptions): CellGrid {
  const element = make('div', { position: 'absolute', inset: '0', pointerEvents: 'none' }, { role: 'grid' });
  const row = make('div', {}, { role: 'row' });
  const cell = make('div', { position: 'absolute', outlineOffset: '1px', borderRadius: '2px' }, { role: 'gridcell', tabindex: '0' });
  const live = make('div', unseen, { 'aria-live': 'polite' });
  row.append(cell);
  element.append(row);
  host.append(live);
  let layout: MapLayout | undefined;
  let current: Cell = { query: 0, key: 0 };
  let chosen: Cell | null = null;

  const show = (): void => {
    if (!layout) return;
    const { left, top, cell: side } = layout;
    Object.assign(cell.style, { left: `${left + current.key * side}px`, top: `${top + current.query * side}px`, width: `${side}px`, height: `${side}px` });
    row.setAttribute('aria-rowindex', String(current.query + 1));
    cell.setAttribute('aria-colindex', String(current.key + 1));
    cell.setAttribute('aria-label', describe(current));
    cell.setAttribute('aria-selected', String(chosen?.query === current.query && chosen.key === current.key));
  };
  cell.addEventListener('keydown', (event) => {
    if (!layout) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onPick(current);
      show();
      live.textContent = describe(current);
      return;
    }
    const next = cellAfterKey(event.key, current, layout.queries, layout.keys, event.ctrlKey);
    if (!next) return;
    event.preventDefault();
    current = next;
    show();
    onMove(current);
    live.textContent = describe(current);
    if (typeof cell.scrollIntoView === 'function') cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  cell.addEventListener('focus', () => onMove(current));
  cell.addEventListener('blur', onLeave);

  return {
    element,
    place(next, selected, label) {
      layout = next;
      const moved = selected?.query !== chosen?.query || selected?.key !== chosen?.key;
      chosen = selected;
      // Someone at the keyboard is not carried away by a selection made elsewhere.
      const held = cell.matches(':focus');
      if (selected && moved && !held) current = selected;
      current = { query: Math.min(current.query, next.queries - 1), key: Math.min(current.key, next.keys - 1) };
      element.setAttribute('aria-label', label);
      element.setAttribute('aria-rowcount', String(next.queries));
      element.setAttribute('aria-colcount', String(next.keys));
      show();
    },
    focus(next) {
      current = next;
      show();
      cell.focus({ preventScroll: true });
    },
  };
}
