import type { MapLayout } from './mapLayout.ts';
import { make, unseen } from './picture.ts';
import type { Cell } from './types.ts';

export interface CellGridOptions {
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

interface View {
  layout: MapLayout | undefined;
  current: Cell;
  chosen: Cell | null;
  row: HTMLElement;
  cell: HTMLElement;
  live: HTMLElement;
  options: CellGridOptions;
}

function show({ layout, current, chosen, row, cell, options }: View): void {
  if (!layout) return;
  const { left, top, cell: side } = layout;
  const place = { left: left + current.key * side, top: top + current.query * side, width: side, height: side };
  for (const [name, value] of Object.entries(place)) cell.style.setProperty(name, `${value}px`);
  row.setAttribute('aria-rowindex', String(current.query + 1));
  cell.setAttribute('aria-colindex', String(current.key + 1));
  cell.setAttribute('aria-label', options.describe(current));
  cell.setAttribute('aria-selected', String(chosen?.query === current.query && chosen.key === current.key));
}

function onKey(view: View, event: KeyboardEvent): void {
  const { layout, cell, live, options } = view;
  if (!layout) return;
  if (event.key === 'Enter' || event.key === ' ') options.onPick(view.current);
  else {
    const next = cellAfterKey(event.key, view.current, layout.queries, layout.keys, event.ctrlKey);
    if (!next) return;
    view.current = next;
    options.onMove(next);
  }
  event.preventDefault();
  show(view);
  live.textContent = options.describe(view.current);
  cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function place(view: View, layout: MapLayout, selected: Cell | null): void {
  const { chosen, cell } = view;
  const moved = selected?.query !== chosen?.query || selected?.key !== chosen?.key;
  // Someone at the keyboard is not carried away by a selection made elsewhere.
  if (selected && moved && !cell.matches(':focus')) view.current = selected;
  const { query, key } = view.current;
  view.current = { query: Math.min(query, layout.queries - 1), key: Math.min(key, layout.keys - 1) };
  view.layout = layout;
  view.chosen = selected;
  show(view);
}

/**
 * The keyboard's and the reader's twin of a matrix: a grid of which one cell is present, the current one.
 * It has the matrix' counts, lies over the current cell, and is told aloud as it moves.
 */
export function makeCellGrid(host: HTMLElement, options: CellGridOptions): CellGrid {
  const element = make('div', { position: 'absolute', inset: '0', pointerEvents: 'none' }, { role: 'grid' });
  const row = make('div', {}, { role: 'row' });
  const cell = make('div', { position: 'absolute', borderRadius: '2px' }, { role: 'gridcell', tabindex: '0' });
  const live = make('div', unseen, { 'aria-live': 'polite' });
  row.append(cell);
  element.append(row);
  host.append(live);
  const view: View = { layout: undefined, current: { query: 0, key: 0 }, chosen: null, row, cell, live, options };
  cell.addEventListener('keydown', (event) => onKey(view, event));
  cell.addEventListener('focus', () => options.onMove(view.current));
  cell.addEventListener('blur', options.onLeave);
  return {
    element,
    place(layout, selected, label) {
      element.setAttribute('aria-label', label);
      element.setAttribute('aria-rowcount', String(layout.queries));
      element.setAttribute('aria-colcount', String(layout.keys));
      place(view, layout, selected);
    },
    focus(next) {
      view.current = next;
      show(view);
      cell.focus({ preventScroll: true });
    },
  };
}
