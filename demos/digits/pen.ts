import { look } from '../frame/page.ts';
import { blank, drawLine, inkOf, kDrawing, kPen, type Bitmap, type Point, type Stroke } from './drawing.ts';
import { kColours } from './painting.ts';
import { begun, evenly } from './strokes.ts';

/** Milliseconds in which an example is drawn. */
const kDuration = 700;
/** Device pixels of the canvas by pixel of the drawing. */
const kFine = 4;

export interface Pen {
  /** What is drawn now; the same array until it changes. */
  bitmap(): Bitmap;
  isEmpty(): boolean;
  /** Whether the visitor drew what is there. */
  isOwn(): boolean;
  clear(): void;
  undo(): void;
  /** Draws strokes as a hand would; where less motion is wanted, at once. The next stroke of the visitor's replaces them. */
  write(strokes: readonly Stroke[], atOnce?: boolean): void;
  /** After a change of colours. */
  repaint(): void;
}

/** Lets the visitor draw on `canvas` with mouse, finger or pen; `changed` is called after every change. */
export function makePen(canvas: HTMLCanvasElement, changed: () => void): Pen {
  let strokes: Point[][] = [];
  let ink = blank();
  /** What is drawn is an example, not the visitor's own. */
  let isExample = false;
  let frame = 0;
  canvas.width = canvas.height = kFine * kDrawing;

  const repaint = (): void => paintStrokes(canvas, strokes);
  const replace = (next: readonly Stroke[]): void => {
    strokes = next.map((stroke) => [...stroke]);
    ink = inkOf(strokes);
    repaint();
    changed();
  };
  const still = (): void => cancelAnimationFrame(frame);
  const extend = (point: Point): void => {
    const stroke = strokes.at(-1)!;
    drawLine(ink, stroke.at(-1) ?? point, point);
    stroke.push(point);
    repaint();
    changed();
  };
  const write = (wanted: readonly Stroke[], atOnce = false): void => {
    still();
    isExample = true;
    if (atOnce || matchMedia('(prefers-reduced-motion: reduce)').matches) return replace(wanted);
    const all = evenly(wanted);
    const start = performance.now();
    const next = (now: number): void => {
      const share = Math.min(1, Math.max(0, now - start) / kDuration);
      replace(begun(all, share));
      if (share < 1) frame = requestAnimationFrame(next);
    };
    frame = requestAnimationFrame(next);
  };

  follow(canvas, {
    down(point) {
      still();
      if (isExample) replace([]);
      isExample = false;
      strokes.push([]);
      extend(point);
    },
    move: extend,
  });
  return {
    bitmap: () => ink,
    isEmpty: () => strokes.length === 0,
    isOwn: () => strokes.length > 0 && !isExample,
    clear: () => {
      still();
      replace([]);
    },
    undo: () => {
      still();
      replace(strokes.slice(0, -1));
    },
    write,
    repaint,
  };
}

/** Tells where the first pointer that comes down goes until it is up. */
function follow(canvas: HTMLElement, { down, move }: Record<'down' | 'move', (point: Point) => void>): void {
  let id: number | null = null;
  const place = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return { x: (clientX - left) / width, y: (clientY - top) / height };
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (id !== null || event.button !== 0) return;
    id = event.pointerId;
    canvas.setPointerCapture(id);
    down(place(event));
  });
  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerId !== id) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length > 0 ? all : [event]) move(place(one));
  });
  for (const name of ['pointerup', 'pointercancel'] as const) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId === id) id = null;
    });
  }
}

function paintStrokes(canvas: HTMLCanvasElement, strokes: readonly Stroke[]): void {
  const { ink } = kColours[look().theme];
  const brush = canvas.getContext('2d')!;
  brush.clearRect(0, 0, canvas.width, canvas.height);
  brush.strokeStyle = `rgb(${ink.join(' ')})`;
  brush.lineWidth = 2 * kPen * kFine;
  brush.lineCap = brush.lineJoin = 'round';
  for (const stroke of strokes) {
    brush.beginPath();
    for (const { x, y } of [stroke[0]!, ...stroke]) brush.lineTo(x * canvas.width, y * canvas.height);
    brush.stroke();
  }
}
