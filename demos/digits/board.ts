import { paint } from './painting.ts';
import { kAcross, kPatches } from './patches.ts';
import { roving } from './roving.ts';

/** What the large picture shows; arrays are by place. */
export interface BoardView {
  picture: Float32Array;
  weights?: ArrayLike<number>;
  full: number;
  theme: 'light' | 'dark';
  labels: readonly string[];
  /** The patch whose attention is shown, if it is a patch's. */
  query: number | null;
  /** The patch that is about to be moved. */
  picked: number | null;
  covered: readonly boolean[];
  hidden: readonly boolean[];
  /** The patch under the pointer or with the keyboard. */
  pointed: number | null;
}

/** A press, by pointer or keyboard: where it began, which patches it came over, where it ended. */
export interface BoardHands {
  press(place: number): void;
  over(place: number): void;
  release(place: number): void;
  /** What is under the pointer or has the keyboard; null when nothing is. */
  point(place: number | null): void;
}

export interface Board {
  show(view: BoardView): void;
  /** Whether a finger's drag works on patches instead of moving the page. */
  holdPage(held: boolean): void;
}

function makeCells(grid: HTMLElement): HTMLElement[] {
  const cells = Array.from({ length: kPatches }, () => {
    const cell = document.createElement('div');
    cell.setAttribute('role', 'gridcell');
    return cell;
  });
  for (let at = 0; at < kPatches; at += kAcross) {
    const row = document.createElement('div');
    row.setAttribute('role', 'row');
    row.append(...cells.slice(at, at + kAcross));
    grid.append(row);
  }
  return cells;
}

function listen(grid: HTMLElement, hands: BoardHands): void {
  let at: number | null = null;
  const placeOf = ({ clientX, clientY }: PointerEvent): number => {
    const { left, top, width, height } = grid.getBoundingClientRect();
    const cut = (share: number) => Math.min(kAcross - 1, Math.max(0, Math.floor(kAcross * share)));
    return kAcross * cut((clientY - top) / height) + cut((clientX - left) / width);
  };
  grid.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    at = placeOf(event);
    grid.setPointerCapture(event.pointerId);
    hands.press(at);
  });
  grid.addEventListener('pointermove', (event) => {
    const place = placeOf(event);
    hands.point(place);
    if (at === null || place === at) return;
    at = place;
    hands.over(place);
  });
  grid.addEventListener('pointerup', () => {
    if (at !== null) hands.release(at);
    at = null;
  });
  grid.addEventListener('pointercancel', () => (at = null));
  grid.addEventListener('pointerleave', () => hands.point(null));
}

/** The picture in 7 x 7 patches that can be pointed at, pressed and reached by arrow keys. `host` holds a canvas and a grid. */
export function makeBoard(host: HTMLElement, hands: BoardHands): Board {
  const canvas = host.querySelector('canvas')!;
  const grid = host.querySelector<HTMLElement>('[role=grid]')!;
  const cells = makeCells(grid);
  const press = (place: number): void => {
    hands.press(place);
    hands.release(place);
  };
  roving(cells, kAcross, press);
  listen(grid, hands);
  cells.forEach((cell, place) => {
    cell.addEventListener('focus', () => hands.point(place));
    cell.addEventListener('blur', () => hands.point(null));
    // A reader's press comes without a pointer.
    cell.addEventListener('click', ({ detail }) => detail === 0 && press(place));
  });
  return {
    show({ picture, labels, query, picked, covered, hidden, pointed, ...look }) {
      paint(canvas, picture, look);
      cells.forEach((cell, place) => {
        cell.setAttribute('aria-label', labels[place]!);
        cell.setAttribute('aria-selected', String(place === query || place === picked));
        cell.classList.toggle('picked', place === picked);
        cell.classList.toggle('covered', covered[place]!);
        cell.classList.toggle('hidden-key', hidden[place]!);
        cell.classList.toggle('pointed', place === pointed);
      });
    },
    holdPage: (held) => grid.classList.toggle('held', held),
  };
}
