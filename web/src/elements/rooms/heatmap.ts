import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { define } from '../define.ts';
import { bytesOf } from './colours.ts';
import { Field } from './field.ts';
import { arrows } from './hand.ts';
import { number } from './matrix.ts';
import { styled } from './styled.ts';

/** A matrix of many numbers as `<heat-map>` draws it. */
export interface HeatMapData {
  rows: number;
  columns: number;
  data: Float32Array;
}

/** Colours of numbers from -1 to 1: from the page's own, so that they follow the theme. */
const steps = 33;
const most = 0.92;

/**
 * `<heat-map>`: numbers as a field of colour, one colour for positive and one for negative ones, `full` (0: the largest
 * of them) in full colour. The number under the pointer, or where the arrow keys have gone, is told below and in a
 * `cell-point` event. The row `marked` is framed; -1 is none.
 */
export class HeatMap extends Field {
  static override properties = {
    map: { attribute: false },
    full: { type: Number },
    marked: { type: Number },
    label: {},
    rowName: {},
    columnName: {},
    tell: { attribute: false },
    lang: {},
  };
  declare map: HeatMapData | null;
  declare full: number;
  declare marked: number;
  declare label: string;
  declare rowName: string;
  declare columnName: string;
  /** Says a cell in words of its own, instead of by the two names. */
  declare tell: ((row: number, column: number, value: number) => string) | null;
  #at: { row: number; column: number } | null = null;

  constructor() {
    super();
    this.map = this.tell = null;
    this.full = 0;
    this.marked = -1;
    this.label = this.rowName = this.columnName = '';
  }

  protected override render(): TemplateResult {
    return html`
      <div class="frame">
        <canvas
          tabindex="0"
          role="img"
          aria-label=${`${this.label}. ${this.#told()}`}
          @pointermove=${(event: PointerEvent) => this.#point(event)}
          @pointerdown=${(event: PointerEvent) => this.#point(event)}
          @keydown=${(event: KeyboardEvent) => this.#press(event)}
        ></canvas>
        ${this.#frame()}
      </div>
      <output aria-live="polite">${this.#told()}</output>
    `;
  }

  #frame(): TemplateResult | typeof nothing {
    const { map, marked } = this;
    if (!map || !(marked >= 0 && marked < map.rows)) return nothing;
    const share = (rows: number): string => `${(100 * rows) / map.rows}%`;
    return html`<i class="marked" ${styled({ top: share(marked), height: share(1) })}></i>`;
  }

  #told(): string {
    if (!this.map || !this.#at) return '\u00a0';
    const { row, column } = this.#at;
    const value = this.map.data[row * this.map.columns + column]!;
    if (this.tell) return this.tell(row, column, value);
    return `${this.rowName} ${row}, ${this.columnName} ${column}: ${number(value, 3)}`;
  }

  protected override willUpdate(): void {
    const { map } = this;
    if (map && this.#at && (this.#at.row >= map.rows || this.#at.column >= map.columns)) this.#at = null;
  }

  protected override updated(_: PropertyValues): void {
    const canvas = this.querySelector('canvas')!;
    if (!this.map) return;
    const { rows, columns, data } = this.map;
    canvas.width = columns;
    canvas.height = rows;
    canvas.style.aspectRatio = `${columns} / ${Math.max(rows, columns / 3)}`;
    const context = canvas.getContext('2d')!;
    const pixels = context.createImageData(columns, rows);
    const found = data.reduce((best, x) => (Number.isFinite(x) ? Math.max(best, Math.abs(x)) : best), 0);
    const largest = this.full || found || 1;
    const colours = palette(this);
    data.forEach((x, i) => {
      const share = Number.isNaN(x) ? 0 : Math.min(Math.max(x / largest, -1), 1);
      pixels.data.set(colours[Math.round(((share + 1) / 2) * (steps - 1))]!, 4 * i);
    });
    context.putImageData(pixels, 0, 0);
  }

  #point(event: PointerEvent): void {
    if (!this.map) return;
    const place = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const within = (share: number, count: number): number =>
      Math.min(Math.max(Math.floor(share * count), 0), count - 1);
    this.#go(
      within((event.clientY - place.top) / place.height, this.map.rows),
      within((event.clientX - place.left) / place.width, this.map.columns),
    );
  }

  #press(event: KeyboardEvent): void {
    const move = arrows[event.key];
    if (!move || !this.map) return;
    event.preventDefault();
    const [right, up] = move;
    const { row, column } = this.#at ?? { row: 0, column: -right };
    const [toRow, toColumn] = [row - up, column + right];
    if (toRow < 0 || toRow >= this.map.rows || toColumn < 0 || toColumn >= this.map.columns) return;
    this.#go(toRow, toColumn);
  }

  #go(row: number, column: number): void {
    if (this.#at?.row === row && this.#at.column === column) return;
    this.#at = { row, column };
    this.dispatchEvent(new CustomEvent('cell-point', { detail: this.#at }));
    this.requestUpdate();
  }
}

/** Red, green, blue, opacity for each step from -1 to 1, mixed from the page's colours. */
function palette(element: Element): number[][] {
  const [paper, positive, negative] = ['--attn-paper', '--attn-accent', '--attn-link'].map((name) =>
    bytesOf(element, name),
  );
  return Array.from({ length: steps }, (_, i) => {
    const position = (2 * i) / (steps - 1) - 1;
    const share = Math.abs(position) * most;
    const colour = position < 0 ? negative! : positive!;
    return paper!.map((byte, n) => byte + share * (colour[n]! - byte));
  });
}

/** Gives `<heat-map>` its tag. */
export const defineHeatMap = (): void => define('heat-map', HeatMap);
