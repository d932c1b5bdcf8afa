import { html, svg, type TemplateResult } from 'lit';

export interface Line {
  /** Its class in the style sheet. */
  kind: string;
  points: readonly (readonly [number, number])[];
}

export interface LineChart {
  label: string;
  lines: readonly Line[];
  /** Places marked by dots, the last of them larger. */
  dots: readonly (readonly [number, number])[];
  x: { from: number; to: number; ticks: readonly number[]; name: string; isLog?: boolean };
  /** From 0 on. */
  y: { to: number; ticks: readonly number[] };
}

const [width, height] = [340, 170];
const [left, right, top, bottom] = [34, 330, 12, 134];

/** Lines over an axis that may go by ratios. */
export function lineChart({ label, lines, dots, x, y }: LineChart): TemplateResult {
  const scaled = (value: number): number => (x.isLog ? Math.log(value) : value);
  const share = (value: number): number => (scaled(value) - scaled(x.from)) / (scaled(x.to) - scaled(x.from));
  const px = (value: number): number => left + (right - left) * Math.min(Math.max(share(value), 0), 1);
  const py = (value: number): number => bottom - (bottom - top) * Math.min(Math.max(value / y.to, 0), 1);
  const path = (points: Line['points']): string =>
    points.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${px(a).toFixed(1)} ${py(b).toFixed(1)}`).join('');
  return html`<svg class="lines" viewBox="0 0 ${width} ${height}" role="img" aria-label=${label}>
    ${y.ticks.map(
      (at) => svg`<path class="grid" d="M${left} ${py(at)}H${right}" />
        <text class="end" x=${left - 6} y=${py(at) + 4}>${at}</text>`,
    )}
    ${x.ticks.map((at) => svg`<text x=${px(at)} y=${bottom + 16}>${at}</text>`)}
    <text class="end" x=${right} y=${bottom + 32}>${x.name}</text>
    <path class="axis" d="M${left} ${bottom}H${right}" />
    ${lines.map(({ kind, points }) => svg`<path class="line ${kind}" d=${path(points)} />`)}
    ${dots.map(
      ([a, b], i) => svg`<circle class="step" cx=${px(a)} cy=${py(b)} r=${i === dots.length - 1 ? 6 : 2.2} />`,
    )}
  </svg>`;
}
