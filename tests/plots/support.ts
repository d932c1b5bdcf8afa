import type { Drawing, Mark } from '../../web/src/plots/marks.ts';
import type { Tensor } from '../../web/src/plots/types.ts';

/** Repeated tokens, a space, a line end, something that looks like HTML, and right-to-left letters. */
export const kTokens = ['the', 'cat', ' ', '<b>the</b>', '\n', 'שלום'];

export const causal = (query: number, key: number): boolean => key > query;

/** A pattern (heads, n, n) whose rows sum to 1; every cell has a weight of its own, so that a mix-up shows. */
export function examplePattern(heads: number, n: number, isMasked = causal): Tensor {
  const data = new Float32Array(heads * n * n);
  for (let head = 0; head < heads; ++head) {
    for (let query = 0; query < n; ++query) {
      const row = Array.from({ length: n }, (_, key) =>
        isMasked(query, key) ? 0 : Math.exp(Math.sin(1 + head * 7 + query * 3 + key * 5)),
      );
      const sum = row.reduce((past, value) => past + value, 0);
      data.set(sum === 0 ? row : row.map((value) => value / sum), (head * n + query) * n);
    }
  }
  return { shape: [heads, n, n], data };
}

/** Weights written out by hand, (1, n, n). */
export function patternOf(rows: readonly (readonly number[])[]): Tensor {
  return { shape: [1, rows.length, rows[0]!.length], data: Float32Array.from(rows.flat()) };
}

function cut(value: unknown): string {
  if (typeof value === 'number') return String(Math.trunc(value * 1000) / 1000);
  return value instanceof Int16Array ? '' : String(value);
}

/** Rows of a raster in two hexadecimal digits per cell, `..` where there is no cell. */
function rasterLines(mark: Mark): string[] {
  if (mark.kind !== 'raster') return [];
  return Array.from({ length: mark.rows }, (_, row) => {
    const levels = Array.from(mark.levels.subarray(row * mark.columns, (row + 1) * mark.columns));
    return `    ${levels.map((level) => (level < 0 ? '..' : level.toString(16).padStart(2, '0'))).join(' ')}`;
  });
}

function markLines(mark: Mark): string[] {
  const parts = Object.entries(mark)
    .filter(([name, value]) => name !== 'kind' && name !== 'levels' && value !== undefined)
    .map(([name, value]) => `${name}=${cut(value)}`);
  return [`  ${mark.kind} ${parts.join(' ')}`, ...rasterLines(mark)];
}

/** A drawing as text, numbers cut to three decimals: what a snapshot holds. */
export function textOf(drawing: Drawing): string {
  const { width, height, theme, palette, ground, front } = drawing;
  return [
    `${cut(width)} x ${cut(height)} ${theme} ${palette}`,
    'ground',
    ...ground.flatMap(markLines),
    'front',
    ...front.flatMap(markLines),
  ].join('\n');
}

export function marksOf<K extends Mark['kind']>(marks: readonly Mark[], kind: K): Extract<Mark, { kind: K }>[] {
  return marks.filter((mark): mark is Extract<Mark, { kind: K }> => mark.kind === kind);
}

/** Collects the details of an event on an element. */
export function hear<T>(element: HTMLElement, name: string): T[] {
  const details: T[] = [];
  element.addEventListener(name, (event) => details.push((event as CustomEvent<T>).detail));
  return details;
}

export function press(element: Element, key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  element.dispatchEvent(event);
  return event;
}

/** A pointer event at a point of the plot (the plot's corner is at the page's corner where nothing is laid out). */
export function point(element: Element, name: string, x: number, y: number): void {
  element.dispatchEvent(
    new PointerEvent(name, { clientX: x, clientY: y, bubbles: true, cancelable: true, button: 0, pointerId: 1 }),
  );
}
