import { html, type TemplateResult } from 'lit';
import { classMap } from 'lit/directives/class-map.js';

export interface MaskGridOptions {
  label: string;
  names: readonly string[];
  /** Row-major, 1 = may attend. */
  cells: Uint8Array;
  /** The cell that the keyboard is at. */
  at: number;
  describe: (cell: number) => string;
  onPaint: (cell: number, value: 0 | 1) => void;
  onMove: (cell: number) => void;
}

/** A square mask that is painted by pointer or finger, or cell by cell with the keyboard. */
export function maskGrid(options: MaskGridOptions): TemplateResult {
  const { label, names, cells, at, describe } = options;
  const size = names.length;
  return html`<table
    class="mask-grid"
    role="grid"
    aria-label=${label}
    @pointerdown=${(event: PointerEvent) => begin(event, options)}
    @keydown=${(event: KeyboardEvent) => press(event, options)}
  >
    <thead role="rowgroup">
      <tr role="row">
        <td role="gridcell"></td>
        ${names.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${names.map(
        (name, i) =>
          html`<tr role="row">
            <th role="rowheader" scope="row">${name}</th>
            ${names.map((_, j) => {
              const cell = i * size + j;
              return html`<td
                role="gridcell"
                class=${classMap({ open: cells[cell] === 1 })}
                data-cell=${cell}
                tabindex=${cell === at ? 0 : -1}
                aria-label=${describe(cell)}
                aria-selected=${String(cells[cell] === 1)}
              ></td>`;
            })}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

const cellOf = (target: Element | null): number | null => {
  const cell = (target?.closest('[data-cell]') as HTMLElement | null)?.dataset.cell;
  return cell === undefined ? null : Number(cell);
};

/** The first cell decides what all that the stroke meets become. */
function begin(event: PointerEvent, { cells, onPaint, onMove }: MaskGridOptions): void {
  const first = cellOf(event.target as Element);
  if (first === null) return;
  const grid = event.currentTarget as HTMLElement;
  const value = cells[first] === 1 ? 0 : 1;
  const paint = (target: Element | null): void => {
    const cell = cellOf(target);
    if (cell !== null && grid.contains(target)) onPaint(cell, value);
  };
  const follow = (moved: PointerEvent): void => paint(document.elementFromPoint(moved.clientX, moved.clientY));
  const end = (): void => {
    removeEventListener('pointermove', follow);
    removeEventListener('pointerup', end);
    removeEventListener('pointercancel', end);
  };
  addEventListener('pointermove', follow);
  addEventListener('pointerup', end);
  addEventListener('pointercancel', end);
  onMove(first);
  paint(event.target as Element);
}

function press(event: KeyboardEvent, { names, cells, onPaint, onMove }: MaskGridOptions): void {
  const size = names.length;
  const at = cellOf(event.target as Element);
  if (at === null) return;
  if (event.key === ' ' || event.key === 'Enter') {
    event.preventDefault();
    onPaint(at, cells[at] === 1 ? 0 : 1);
    return;
  }
  const [row, column] = [Math.floor(at / size), at % size];
  const places: Record<string, readonly [number, number]> = {
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    Home: [row, 0],
    End: [row, size - 1],
  };
  const [toRow, toColumn] = places[event.key] ?? [-1, -1];
  if (toRow < 0 || toRow >= size || toColumn < 0 || toColumn >= size) return;
  event.preventDefault();
  const to = toRow * size + toColumn;
  onMove(to);
  (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-cell="${to}"]`)?.focus();
}
