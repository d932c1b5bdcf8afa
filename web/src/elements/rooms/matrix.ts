import { decimal } from '../../plots/words.ts';
import { html, nothing, type TemplateResult } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import { styled } from './styled.ts';

export interface MatrixOptions {
  data: ArrayLike<number>;
  rows: readonly string[];
  columns: readonly string[];
  /** Read to those who do not see, and shown above. */
  caption: string;
  /** Numbers after the point; default 2. */
  digits?: number;
  /** What is drawn in full colour; default the largest absolute number. */
  full?: number;
  hidden?: (row: number, column: number) => boolean;
  /** A row that is marked. */
  marked?: number | null;
  /** Columns that are marked. */
  chosen?: (column: number) => boolean;
  /** One more column: a row's sum or swatch. */
  last?: { head: string; cell: (row: number) => TemplateResult | string };
  /** One more row: a column's sum. */
  foot?: { head: string; cell: (column: number) => string };
}

/** From so many columns on numbers are set smaller. */
const dense = 8;

const lastHead = (text: string): TemplateResult => (text === '' ? html`<td></td>` : html`<th scope="col">${text}</th>`);

/** A matrix as a table: its numbers, on shades of one colour for positive and another for negative ones. */
export function matrix(options: MatrixOptions): TemplateResult {
  const { data, rows, columns, caption, marked = null, last, foot } = options;
  const full = options.full ?? largest(data);
  return html`<table class=${classMap({ matrix: true, dense: columns.length >= dense })}>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        <td></td>
        ${columns.map((name) => html`<th scope="col">${name}</th>`)} ${last ? lastHead(last.head) : nothing}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (name, i) =>
          html`<tr class=${classMap({ marked: i === marked })}>
            <th scope="row">${name}</th>
            ${columns.map((_, j) => cell(data[i * columns.length + j]!, full, options, i, j))}
            ${last ? html`<td class="last">${last.cell(i)}</td>` : nothing}
          </tr>`,
      )}
    </tbody>
    ${foot ? footRow(foot, columns.length, last !== undefined) : nothing}
  </table>`;
}

const footRow = ({ head, cell }: NonNullable<MatrixOptions['foot']>, count: number, hasLast: boolean): TemplateResult =>
  html`<tfoot>
    <tr>
      <th scope="row">${head}</th>
      ${Array.from({ length: count }, (_, j) => html`<td>${cell(j)}</td>`)} ${hasLast ? html`<td></td>` : nothing}
    </tr>
  </tfoot>`;

function cell(
  value: number,
  full: number,
  { digits = 2, hidden, chosen }: MatrixOptions,
  i: number,
  j: number,
): TemplateResult {
  if (hidden?.(i, j)) return html`<td class="hidden-cell">${number(value, digits)}</td>`;
  const heat = Number.isFinite(value) && full > 0 ? Math.min(Math.abs(value) / full, 1) : 0;
  return html`<td
    class=${classMap({ negative: value < 0, chosen: chosen?.(j) ?? false })}
    ${styled({ '--heat': heat.toFixed(3) })}
  >
    ${number(value, digits)}
  </td>`;
}

function largest(data: ArrayLike<number>): number {
  return Array.from(data).reduce((best, x) => (Number.isFinite(x) ? Math.max(best, Math.abs(x)) : best), 0);
}

const longest = 1e5;

/** A number as it is shown: a true minus, signs for what is no number, powers of ten where it is long. */
export function number(value: number, digits = 2): string {
  if (value === Infinity) return '∞';
  return Number.isFinite(value) && Math.abs(value) >= longest ? power(value) : decimal(value, digits);
}

/** A number as `1.2e−7`; 0 as `0`. */
export const power = (value: number): string => (value === 0 ? '0' : value.toExponential(1).replaceAll('-', '−'));
