import type { Cell } from './types.ts';

export interface PointerTargets {
  /** The cell at a point of the stage, in CSS pixels. */
  at(x: number, y: number): Cell | null;
  paints(): boolean;
  /** Whether the cell may be attended to, before the stroke. */
  isOn(cell: Cell): boolean;
  onHover(cell: Cell | null): void;
  onPick(cell: Cell): void;
  onStroke(cell: Cell, value: 0 | 1): void;
}

/** The cells on the straight way between two, both included: a fast hand leaves no holes. */
export function cellsBetween(from: Cell, to: Cell): Cell[] {
  const steps = Math.max(Math.abs(to.query - from.query), Math.abs(to.key - from.key), 1);
  return Array.from({ length: steps + 1 }, (_, step) => ({
    query: Math.round(from.query + ((to.query - from.query) * step) / steps),
    key: Math.round(from.key + ((to.key - from.key) * step) / steps),
  }));
}

/** Turns pointer events on a stage into cells hovered, picked and painted. */
export function followPointer(stage: HTMLElement, targets: PointerTargets): void {
  let drag: { last: Cell; value: 0 | 1 } | null = null;

  const cellOf = (event: PointerEvent | MouseEvent): Cell | null => {
    const box = stage.getBoundingClientRect();
    return targets.at(event.clientX - box.left, event.clientY - box.top);
  };
  stage.addEventListener('pointermove', (event) => {
    const cell = cellOf(event);
    targets.onHover(cell);
    if (!drag || !cell) return;
    for (const between of cellsBetween(drag.last, cell)) targets.onStroke(between, drag.value);
    drag.last = cell;
  });
  stage.addEventListener('pointerleave', () => {
    if (!drag) targets.onHover(null);
  });
  stage.addEventListener('pointerdown', (event) => {
    const cell = targets.paints() && event.button === 0 ? cellOf(event) : null;
    if (!cell) return;
    event.preventDefault();
    stage.setPointerCapture?.(event.pointerId);
    drag = { last: cell, value: targets.isOn(cell) ? 0 : 1 };
    targets.onStroke(cell, drag.value);
  });
  for (const end of ['pointerup', 'pointercancel'] as const) {
    stage.addEventListener(end, () => {
      drag = null;
    });
  }
  stage.addEventListener('click', (event) => {
    const cell = targets.paints() ? null : cellOf(event);
    if (cell) targets.onPick(cell);
  });
}
