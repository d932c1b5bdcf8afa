import { make } from './picture.ts';

/** A place that can be pointed at, picked and reached by keyboard, over the picture. */
export interface Stop {
  x: number;
  y: number;
  width: number;
  height: number;
  /** What a reader says. */
  label: string;
}

export interface StopsOptions {
  role: 'listbox' | 'grid';
  itemRole: 'option' | 'gridcell';
  onHover(index: number | null): void;
  onPick(index: number): void;
}

export interface Stops {
  element: HTMLElement;
  /** Lays the stops out anew, `columns` per row for the arrow keys; the one with the keyboard keeps it. */
  place(label: string, stops: readonly Stop[], columns: number): void;
  /** Marks one as selected: this is where a keyboard enters. */
  mark(index: number | undefined): void;
}

/** Where a key leads from stop `index` of `count`, or `undefined` if it is no key of ours. */
export function stopAfterKey(key: string, index: number, count: number, columns: number): number | undefined {
  const rowStart = index - (index % columns);
  const single = columns === 1;
  const moves: Record<string, number> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index - columns,
    ArrowDown: index + columns,
    Home: single ? 0 : rowStart,
    End: single ? count - 1 : Math.min(count, rowStart + columns) - 1,
    PageUp: single ? index - 10 : index % columns,
    PageDown: single ? index + 10 : index + columns * Math.floor((count - 1 - index) / columns),
  };
  const next = moves[key];
  if (next === undefined) return undefined;
  if (single) return Math.min(count - 1, Math.max(0, next));
  return next < 0 || next >= count ? index : next;
}

interface View {
  element: HTMLElement;
  items: HTMLElement[];
  columns: number;
  entry: number;
  options: StopsOptions;
}

function enterAt(view: View, index: number): void {
  view.entry = Math.min(Math.max(0, index), view.items.length - 1);
  view.items.forEach((item, at) => item.setAttribute('tabindex', at === view.entry ? '0' : '-1'));
}

function onKey(view: View, event: KeyboardEvent, index: number): void {
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    view.options.onPick(index);
    return;
  }
  const next = stopAfterKey(event.key, index, view.items.length, view.columns);
  if (next === undefined) return;
  event.preventDefault();
  enterAt(view, next);
  view.items[next]!.focus();
}

function makeItem(view: View, index: number): HTMLElement {
  const { itemRole, onHover, onPick } = view.options;
  const style = { position: 'absolute', cursor: 'pointer', borderRadius: '5px' };
  const item = make('div', style, { role: itemRole, tabindex: '-1', 'aria-selected': 'false' });
  item.addEventListener('pointerenter', () => onHover(index));
  item.addEventListener('pointerleave', () => onHover(null));
  item.addEventListener('focus', () => onHover(index));
  item.addEventListener('blur', () => onHover(null));
  item.addEventListener('keydown', (event) => onKey(view, event, index));
  item.addEventListener('click', () => {
    enterAt(view, index);
    onPick(index);
  });
  return item;
}

function arrange({ element, items, columns, options }: View): void {
  if (options.role === 'listbox') {
    element.replaceChildren(...items);
    return;
  }
  const rows: HTMLElement[] = [];
  for (let at = 0; at < items.length; at += columns) {
    const row = make('div', {}, { role: 'row' });
    row.append(...items.slice(at, at + columns));
    rows.push(row);
  }
  element.replaceChildren(...rows);
}

function place(view: View, stops: readonly Stop[], columns: number): void {
  if (stops.length !== view.items.length || columns !== view.columns) {
    view.columns = columns;
    view.items = stops.map((_, index) => makeItem(view, index));
    arrange(view);
    enterAt(view, view.entry);
  }
  stops.forEach(({ x, y, width, height, label }, index) => {
    const item = view.items[index]!;
    for (const [name, value] of Object.entries({ left: x, top: y, width, height }))
      item.style.setProperty(name, `${value}px`);
    item.setAttribute('aria-label', label);
  });
}

/** Transparent elements over a picture, one of which takes part in the tab order. */
export function makeStops(options: StopsOptions): Stops {
  const element = make('div', { position: 'absolute', inset: '0' }, { role: options.role });
  const view: View = { element, items: [], columns: 0, entry: 0, options };
  return {
    element,
    place(label, stops, columns) {
      element.setAttribute('aria-label', label);
      place(view, stops, columns);
    },
    mark(index) {
      view.items.forEach((item, at) => item.setAttribute('aria-selected', String(at === index)));
      if (index !== undefined && !view.items.some((item) => item.matches(':focus'))) enterAt(view, index);
    },
  };
}
