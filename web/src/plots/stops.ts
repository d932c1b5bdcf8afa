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
  /** Stops per row, for the arrow keys. */
  columns: number;
  onHover(index: number | null): void;
  onPick(index: number): void;
}

export interface Stops {
  element: HTMLElement;
  /** Lays the stops out anew; the one with the keyboard keeps it. */
  place(label: string, stops: readonly Stop[], columns?: number): void;
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

/** A row of transparent elements over a picture, one of which takes part in the tab order. */
export function makeStops({ role, itemRole, columns, onHover, onPick }: StopsOptions): Stops {
  const element = make('div', { position: 'absolute', inset: '0' }, { role });
  let items: HTMLElement[] = [];
  let perRow = columns;
  let entry = 0;

  const enterAt = (index: number): void => {
    entry = Math.min(Math.max(0, index), items.length - 1);
    items.forEach((item, at) => item.setAttribute('tabindex', at === entry ? '0' : '-1'));
  };
  const onKey = (event: KeyboardEvent, index: number): void => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onPick(index);
      return;
    }
    const next = stopAfterKey(event.key, index, items.length, perRow);
    if (next === undefined) return;
    event.preventDefault();
    enterAt(next);
    items[next]!.focus();
  };
  const makeItem = (index: number): HTMLElement => {
    const item = make('div', { position: 'absolute', cursor: 'pointer', borderRadius: '5px' }, { role: itemRole, tabindex: '-1', 'aria-selected': 'false' });
    item.addEventListener('pointerenter', () => onHover(index));
    item.addEventListener('pointerleave', () => onHover(null));
    item.addEventListener('focus', () => onHover(index));
    item.addEventListener('blur', () => onHover(null));
    item.addEventListener('keydown', (event) => onKey(event, index));
    item.addEventListener('click', () => {
      enterAt(index);
      onPick(index);
    });
    return item;
  };
  const arrange = (): void => {
    if (role === 'listbox') return element.replaceChildren(...items);
    const rows: HTMLElement[] = [];
    for (let at = 0; at < items.length; at += perRow) {
      const row = make('div', {}, { role: 'row' });
      row.append(...items.slice(at, at + perRow));
      rows.push(row);
    }
    element.replaceChildren(...rows);
  };

  return {
    element,
    place(label, stops, nextColumns = perRow) {
      element.setAttribute('aria-label', label);
      if (stops.length !== items.length || nextColumns !== perRow) {
        perRow = nextColumns;
        items = stops.map((_, index) => makeItem(index));
        arrange();
        enterAt(entry);
      }
      stops.forEach((stop, index) => {
        const item = items[index]!;
        Object.assign(item.style, { left: `${stop.x}px`, top: `${stop.y}px`, width: `${stop.width}px`, height: `${stop.height}px` });
        item.setAttribute('aria-label', stop.label);
      });
    },
    mark(index) {
      items.forEach((item, at) => item.setAttribute('aria-selected', String(at === index)));
      if (index !== undefined && !items.some((item) => item.matches(':focus'))) enterAt(index);
    },
  };
}
