import { css, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Tensor } from '../../engine/types.ts';
import type { HeatMapData } from '../rooms/heatmap.ts';
import { number } from '../rooms/matrix.ts';
import { styled } from '../rooms/styled.ts';
import { classColour, classMark } from './class-marks.ts';
import { ladder, stepOf } from './dissimilarity-scores.ts';
import type { Table } from './table.ts';

/** Runs of rows of one class: `[class, first, length]`. */
function runsOf(labels: ArrayLike<number>): [number, number, number][] {
  const runs: [number, number, number][] = [];
  Array.from(labels).forEach((one, i) => {
    const last = runs.at(-1);
    if (last?.[0] === one) last[2] += 1;
    else runs.push([one, i, 1]);
  });
  return runs;
}

/** Width of the strips of classes, as a share of the matrix. */
const strip = 0.03;

const rangeOf = (data: Float32Array): [low: number, high: number] => [
  data.reduce((a, b) => Math.min(a, b)),
  data.reduce((a, b) => Math.max(a, b)),
];

/**
 * A matrix over all rows, the palest colour for 0 or, where all are positive, for the smallest number; classes along two
 * sides, the chosen row framed; a click or Enter chooses a row.
 */
export function classMatrix(parts: {
  table: Table;
  map: HeatMapData;
  at: number;
  caption: string;
  full?: number;
  tell: (row: number, column: number, value: number) => string;
  onChoose: (row: number) => void;
}): TemplateResult {
  const { table, map, at, caption, full = 0, tell, onChoose } = parts;
  const n = map.rows;
  const wide = strip * n;
  const runs = table.labels ? runsOf(table.labels) : [];
  const [low, high] = rangeOf(map.data);
  const drawn: HeatMapData = { ...map, data: low > 0 ? map.data.map((x) => x - low) : map.data };
  let pointed = at;
  return html`<figure>
    <figcaption>${caption} <span class="soft">${number(low)} … ${number(high)}</span></figcaption>
    <div class="framed">
      <heat-map
        .map=${drawn}
        .full=${full}
        .tell=${(i: number, j: number) => tell(i, j, map.data[i * n + j]!)}
        .label=${caption}
        @cell-point=${({ detail }: CustomEvent<{ row: number }>) => (pointed = detail.row)}
        @keydown=${(event: KeyboardEvent) => event.key === 'Enter' && onChoose(pointed)}
        @click=${(event: MouseEvent) => {
          const canvas = event.target as HTMLElement;
          if (canvas.localName !== 'canvas') return;
          const { top, height } = canvas.getBoundingClientRect();
          onChoose(Math.min(Math.max(Math.floor(((event.clientY - top) / height) * n), 0), n - 1));
        }}
      ></heat-map>
      <svg viewBox="0 0 ${n} ${n}" aria-hidden="true">
        ${runs.map(
          ([one, first, count]) => svg`
            <rect x=${-1.5 * wide} y=${first} width=${wide} height=${count} ${styled({ fill: classColour(one) })} />
            <rect x=${first} y=${-1.5 * wide} width=${count} height=${wide} ${styled({ fill: classColour(one) })} />`,
        )}
        <rect class="row" x="0" y=${at} width=${n} height="1" />
      </svg>
    </div>
  </figure>`;
}

const [wide, high] = [600, 150];

/** The weights of one row as bars, in the order of the rows, coloured by class; the nearest row has a pointer. */
export function weightBars(parts: {
  table: Table;
  weights: Float32Array;
  neighbour: number;
  at: number;
  label: string;
  tell: (row: number, weight: number) => string;
}): TemplateResult {
  const { table, weights, neighbour, at, label, tell } = parts;
  const each = wide / table.rows;
  const full = weights.reduce((best, x) => Math.max(best, x), 0) || 1;
  const bar = (weight: number, j: number): SVGTemplateResult => {
    const height = Math.max((weight / full) * (high - 26), 0.5);
    return svg`<rect x=${(j * each).toFixed(2)} y=${(high - 10 - height).toFixed(2)} width=${Math.max(each - 0.6, 0.6).toFixed(2)}
      height=${height.toFixed(2)} ${styled({ fill: table.labels ? classColour(table.labels[j]!) : 'var(--attn-accent)' })}
      ><title>${tell(j, weight)}</title></rect>`;
  };
  const centre = (j: number): string => ((j + 0.5) * each).toFixed(2);
  const top = high - 10 - Math.max((weights[neighbour]! / full) * (high - 26), 0.5);
  return html`<svg class="weights" viewBox="0 0 ${wide} ${high}" role="img" aria-label=${label}>
    <path class="axis" d="M0 ${high - 9.5}H${wide}" />
    ${Array.from(weights, bar)}
    <path class="near" d="M${centre(neighbour)} ${top - 3}l-6 -10h12z" />
    <path class="self" d="M${centre(at)} ${high - 8}l-5 8h10z" />
  </svg>`;
}

const [left, plotWidth, plotHeight, floor] = [34, 320, 160, 134];
/** How far the limits stand off the other bandwidths, in steps of the ladder. */
const apart = 3;
const ticks = [0, 0.01, 0.1, 1, 10, 100, Infinity];

/** Accuracy over the bandwidth, by ratios, with both limits at the ends; the bandwidth chosen is marked. */
export function accuracyCurves(parts: {
  label: string;
  all: readonly { side: number; values: readonly number[]; now: number }[];
  bandwidth: number;
}): TemplateResult {
  const { label, all, bandwidth } = parts;
  const last = ladder.length - 1;
  const place = (step: number): number => (step <= 0 ? 0 : step >= last ? step + 2 * apart : step + apart);
  const x = (step: number): number => left + 8 + ((plotWidth - left - 18) * place(step)) / (last + 2 * apart);
  const y = (share: number): number => floor - (floor - 10) * share;
  const here = x(stepOf(bandwidth));
  return html`<svg class="curves" viewBox="0 0 ${plotWidth} ${plotHeight}" role="img" aria-label=${label}>
    ${[0, 0.5, 1].map(
      (share) => svg`<path class="axis" d="M${left} ${y(share)}H${plotWidth - 10}" />
        <text x=${left - 5} y=${y(share) + 4} text-anchor="end">${100 * share}%</text>`,
    )}
    ${ticks.map(
      (tick) =>
        svg`<text x=${x(stepOf(tick))} y=${plotHeight - 8} text-anchor="middle">${tick === Infinity ? '∞' : tick}</text>`,
    )}
    <path class="here" d="M${here} ${y(0)}V${y(1)}" />
    ${all.map(
      ({ side, values, now }) => svg`
        <path class=${`curve side-${side}`} d=${values.map((v, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(2)} ${y(v).toFixed(2)}`).join('')} />
        <circle class=${`dot side-${side}`} cx=${here} cy=${y(now)} r="4.5" />`,
    )}
  </svg>`;
}

const [side, rim] = [360, 16];
const nearestTap = 24;
/** Weights below it get no line. */
const faintest = 0.01;

/** Points of the plane by class, the chosen one ringed, with lines as thick as its weights; a click chooses. */
export function scatter(parts: {
  table: Table;
  z: Tensor;
  at: number;
  weights: Float32Array;
  label: string;
  onChoose: (row: number) => void;
}): TemplateResult {
  const { table, z, at, weights, label, onChoose } = parts;
  const { places, height } = placesOf(z);
  const [x0, y0] = places[at]!;
  const full = weights.reduce((best, w) => Math.max(best, w), 0) || 1;
  const choose = (event: MouseEvent): void => {
    const field = (event.currentTarget as SVGElement).getBoundingClientRect();
    const scale = side / field.width;
    const far = ([x, y]: readonly [number, number]): number =>
      Math.hypot((event.clientX - field.left) * scale - x, (event.clientY - field.top) * scale - y);
    const best = places.reduce((found, place, i) => (far(place) < far(places[found]!) ? i : found), 0);
    if (far(places[best]!) < nearestTap) onChoose(best);
  };
  return html`<svg class="scatter" viewBox="0 0 ${side} ${height}" role="img" aria-label=${label} @click=${choose}>
    ${Array.from(weights, (weight, j) =>
      weight < faintest
        ? nothing
        : svg`<line x1=${x0} y1=${y0} x2=${places[j]![0]} y2=${places[j]![1]} stroke-width=${((4 * weight) / full).toFixed(2)} />`,
    )}
    ${places.map(([x, y], i) => classMark(table.labels ? table.labels[i]! : null, x, y, 4.6))}
    <circle class="chosen" cx=${x0} cy=${y0} r="10" />
  </svg>`;
}

/** Points (n, 2) in a field that they fill, both directions to one scale. */
function placesOf({ shape, data }: Tensor): { places: [number, number][]; height: number } {
  const n = shape[0]!;
  const range = (axis: number): [middle: number, span: number] => {
    const all = Array.from({ length: n }, (_, i) => data[2 * i + axis]!);
    const [low, high] = [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))];
    return [(low + high) / 2, high - low];
  };
  const [[x0, spanX], [y0, spanY]] = [range(0), range(1)];
  const scale = (side - 2 * rim) / (Math.max(spanX, spanY) || 1);
  const height = Math.max(scale * spanY + 2 * rim, side / 2);
  const places = Array.from({ length: n }, (_, i): [number, number] => [
    side / 2 + (data[2 * i]! - x0) * scale,
    height / 2 - (data[2 * i + 1]! - y0) * scale,
  ]);
  return { places, height };
}

export const pictureStyles = css`
  .framed {
    position: relative;
    max-width: 27rem;
    padding: 4.5% 0 0 4.5%;
  }
  .framed heat-map canvas {
    max-height: none;
    border: 0;
  }
  .framed heat-map output {
    min-height: 2.6em;
  }
  .framed svg {
    position: absolute;
    top: 0;
    left: 0;
    width: 95.5%;
    margin: 4.5% 0 0 4.5%;
    aspect-ratio: 1;
    overflow: visible;
    pointer-events: none;
  }
  .framed .row {
    fill: none;
    stroke: var(--attn-ink);
    stroke-width: 1.5px;
    vector-effect: non-scaling-stroke;
  }
  .weights,
  .scatter {
    display: block;
    width: 100%;
  }
  .weights .axis {
    stroke: var(--attn-soft);
  }
  .weights .near,
  .weights .self {
    fill: var(--attn-ink);
  }
  .weights .self {
    fill: var(--attn-soft);
  }
  .scatter {
    max-width: 27rem;
    border: 1px solid var(--attn-faint);
    border-radius: 0.4rem;
    cursor: pointer;
  }
  .scatter line {
    stroke: var(--attn-ink);
    stroke-opacity: 0.45;
  }
  .scatter .chosen {
    fill: none;
    stroke: var(--attn-ink);
    stroke-width: 2;
  }
  .curve.side-1 {
    stroke-dasharray: 5 4;
  }
  .bench + h3,
  .bench + .bench {
    margin-top: 1.75rem;
  }
  .share {
    width: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  .share th,
  .share td {
    padding: 0.2rem 0.4rem 0.2rem 0;
    border-bottom: 1px solid var(--attn-faint);
    text-align: end;
    font-weight: 400;
  }
  .share th:first-child {
    text-align: start;
  }
  .share thead th {
    color: var(--attn-soft);
    font-size: 0.875rem;
  }
  .share .now {
    color: var(--attn-accent);
    font-weight: 600;
  }
  figure {
    margin: 0;
  }
  .pair {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 0.75rem;
  }
  figcaption .soft {
    display: block;
  }
  .pair heat-map output {
    font-size: 0.75rem;
  }
  .named .matrix tr > :first-child {
    width: 50%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .stack .row {
    margin: 0;
  }
  .own {
    margin-top: 1.75rem;
  }
`;
