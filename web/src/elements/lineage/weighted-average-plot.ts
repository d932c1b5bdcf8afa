import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { arrows, dragged } from '../rooms/hand.ts';
import { number } from '../rooms/matrix.ts';
import type { Translate } from '../rooms/section.ts';
import { styled } from '../rooms/styled.ts';
import { span, trueCurve, within, type Point } from './noisy-points.ts';

/** An estimate at each of some places in order; where no point weighs anything there is none. */
export type Estimates = readonly (Point | null)[];

export interface PlotOptions {
  t: Translate;
  points: readonly Point[];
  /** Of every point, in their order. */
  weights: ArrayLike<number>;
  estimates: Estimates;
  /** Null: there is none, and its handle is parked beside the picture. */
  query: number | null;
  /** At the query; null where no point weighs anything. */
  estimate: number | null;
  /** The point that the keyboard reaches. */
  chosen: number;
  onPoint: (index: number, point: Point) => void;
  onChoose: (index: number) => void;
  onQuery: (query: number | null) => void;
}

const width = 480;
const [left, right] = [46, 470];
const [top, bottom] = [36, 262];
const bars = { top: 290, base: 350 };
const row = { top: 374, height: 22 };
const height = row.top + row.height + 2;
const grip = { y: 15, parked: 16, radius: 12 };
/** Left of the first place by so much, the query is let go. */
const edge = 0.3;

const px = (x: number): number => left + ((right - left) * (x - span.x[0])) / (span.x[1] - span.x[0]);
const py = (y: number): number => bottom - ((bottom - top) * (y - span.y[0])) / (span.y[1] - span.y[0]);
const places = [0, 1, 2, 3, 4, 5];
const heights = [0, 2, 4];

const path = (points: readonly Point[]): string =>
  points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${px(x).toFixed(1)} ${py(y).toFixed(1)}`).join('');

/** A curve with gaps where there is no estimate. */
const gappedPath = (estimates: Estimates): string =>
  estimates
    .map((one, i) => one && `${estimates[i - 1] ? 'L' : 'M'}${px(one.x).toFixed(1)} ${py(one.y).toFixed(1)}`)
    .join('');

const fine = Array.from({ length: 101 }, (_, i) => (span.x[1] * i) / 100);
const truth = path(fine.map((x) => ({ x, y: trueCurve(x) })));

const frame = (): SVGTemplateResult => svg`
  ${heights.map(
    (y) => svg`<path class="grid" d="M${left} ${py(y)}H${right}" />
      <text class="end" x=${left - 7} y=${py(y) + 4}>${y}</text>`,
  )}
  ${places.map((x) => svg`<text x=${px(x)} y=${bottom + 17}>${x}</text>`)}
  <path class="axis" d="M${left} ${bottom}H${right}" />
  <path class="truth" d=${truth} />`;

/** Points, the curve they come from, and an estimate. */
export function scatter(label: string, points: readonly Point[], estimates: Estimates): TemplateResult {
  return html`<svg class="average" viewBox="0 18 ${width} ${bottom + 8}" role="img" aria-label=${label}>
    ${frame()}
    <path class="estimate" d=${gappedPath(estimates)} />
    ${points.map(({ x, y }) => svg`<circle class="dot" cx=${px(x)} cy=${py(y)} r="4" ${styled({ '--heat': '1' })} />`)}
  </svg>`;
}

/** The picture under the hand: points and a query that are dragged, each point's weight under it and as a row. */
export function plot(options: PlotOptions): TemplateResult {
  const { t, points, estimates, query, estimate, weights } = options;
  const most = Array.from(weights).reduce((a, b) => Math.max(a, b), 0);
  const at = query === null ? null : px(query);
  return html`<svg
    class="average"
    viewBox="0 0 ${width} ${height}"
    role="group"
    aria-label=${t('Points, estimate and weights', '数据点、估计值和权重')}
  >
    ${frame()} ${at === null ? nothing : svg`<path class="at" d="M${at} ${grip.y}V${bars.base}" />`}
    <path class="estimate" d=${gappedPath(estimates)} />
    ${weightBars(options, most)} ${weightRow(options, most)} ${points.map((_, i) => pointHandle(options, i, most))}
    ${
      at === null || estimate === null
        ? nothing
        : svg`<circle class="answer" cx=${at} cy=${py(within(estimate, span.y))} r="8" />`
    }
    ${queryHandle(options)}
  </svg>`;
}

/** The tops that the bars' scale may have. */
const scales = [0.02, 0.05, 0.1, 0.2, 0.5, 1];

function weightBars({ t, points, weights }: PlotOptions, most: number): SVGTemplateResult {
  const full = scales.find((one) => one >= most - 1e-6) ?? 1;
  const high = (weight: number): number => ((bars.base - bars.top) * weight) / full;
  return svg`<g role="img" aria-label=${t('Weights as bars', '柱状的权重')}>
    <path class="grid" d="M${left} ${bars.top}H${right}" />
    <text class="end" x=${left - 7} y=${bars.top + 5}>${full}</text>
    <text class="end" x=${left - 7} y=${bars.base + 1}>0</text>
    ${points.map(({ x }, i) => {
      const tall = high(weights[i] ?? 0);
      return svg`<rect class="bar" x=${px(x) - 3.5} y=${bars.base - tall} width="7" height=${tall} />`;
    })}
    <path class="axis" d="M${left} ${bars.base}H${right}" />
  </g>`;
}

/** Indices of the points from left to right. */
export const inOrder = (points: readonly Point[]): number[] =>
  points.map((_, i) => i).sort((a, b) => points[a]!.x - points[b]!.x);

function weightRow({ t, points, weights }: PlotOptions, most: number): SVGTemplateResult {
  const cell = (right - left) / points.length;
  return svg`<g role="img" aria-label=${t('Weights as the row of an attention map', '作为注意力图一行的权重')}>
    ${inOrder(points).map((index, place) => {
      const x = left + cell * place;
      const heat = most > 0 ? (weights[index] ?? 0) / most : 0;
      return svg`<path class="link" d="M${px(points[index]!.x)} ${bars.base}L${x + cell / 2} ${row.top}" />
        <rect class="cell" x=${x} y=${row.top} width=${cell} height=${row.height}
          ${styled({ '--heat': heat.toFixed(3) })} />`;
    })}
    <text class="end" x=${left - 7} y=${row.top + row.height / 2 + 4}>${t('row', '行')}</text>
  </g>`;
}

function pointHandle(options: PlotOptions, index: number, most: number): SVGTemplateResult {
  const { t, points, weights, chosen, onChoose } = options;
  const { x, y } = points[index]!;
  const weight = weights[index] ?? 0;
  const hint = t(
    'Arrow keys move it, Page Up and Page Down choose another.',
    '方向键移动它，Page Up 和 Page Down 选另一个。',
  );
  return svg`<g
    class="point"
    transform="translate(${px(x)} ${py(y)})"
    tabindex=${index === chosen ? 0 : -1}
    role="button"
    data-point=${index}
    aria-label=${`${t('Point', '点')} ${number(x)}, ${number(y)}; ${t('weight', '权重')} ${number(weight, 3)}. ${hint}`}
    @pointerdown=${(event: PointerEvent) => follow(event, (place) => options.onPoint(index, place))}
    @keydown=${(event: KeyboardEvent) => pressPoint(event, options, index)}
    @focus=${() => onChoose(index)}
  >
    <circle class="target" r="17" />
    <circle class="dot" r=${(3.2 + 10 * Math.sqrt(weight)).toFixed(2)}
      ${styled({ '--heat': most > 0 ? (weight / most).toFixed(3) : '0' })} />
  </g>`;
}

function queryHandle({ t, query, onQuery }: PlotOptions): SVGTemplateResult {
  const parked = query === null;
  const take = (x: number): void => onQuery(x < span.x[0] - edge ? null : within(x, span.x));
  return svg`<g
      class="query"
      transform="translate(${parked ? grip.parked : px(query)} ${grip.y})"
      tabindex="0"
      role="slider"
      aria-label=${t('Query', '查询')}
      aria-valuemin=${span.x[0]}
      aria-valuemax=${span.x[1]}
      aria-valuenow=${query ?? span.x[0]}
      aria-valuetext=${parked ? t('none: press an arrow key to bring it in', '没有：按方向键把它放进来') : number(query)}
      @pointerdown=${(event: PointerEvent) => follow(event, ({ x }) => take(x))}
      @keydown=${(event: KeyboardEvent) => pressQuery(event, query, onQuery)}
    >
      <circle class="target" r="19" />
      <circle class="grip" r=${grip.radius} />
      <text y="5">q</text>
    </g>
    ${
      parked
        ? svg`<text class="start" x=${grip.parked + 20} y=${grip.y + 5}>${t('← drag the query in', '← 把查询拖进来')}</text>`
        : nothing
    }`;
}

/** Tells where the pointer is, in the units of the data, until it is let go. */
function follow(event: PointerEvent, tell: (place: Point) => void): void {
  dragged(event, width, (x, y) =>
    tell({
      x: span.x[0] + ((x - left) / (right - left)) * (span.x[1] - span.x[0]),
      y: span.y[0] + ((bottom - y) / (bottom - top)) * (span.y[1] - span.y[0]),
    }),
  );
}

const stepOf = (event: KeyboardEvent): number => (event.shiftKey ? 0.01 : 0.1);

function pressPoint(event: KeyboardEvent, { points, onPoint, onChoose }: PlotOptions, index: number): void {
  const turn = { PageUp: -1, PageDown: 1 }[event.key];
  const direction = arrows[event.key];
  if (turn === undefined && !direction) return;
  event.preventDefault();
  if (direction) {
    const { x, y } = points[index]!;
    onPoint(index, { x: x + direction[0] * stepOf(event), y: y + direction[1] * stepOf(event) });
    return;
  }
  const order = inOrder(points);
  const next = order[(order.indexOf(index) + turn! + order.length) % order.length]!;
  onChoose(next);
  (event.currentTarget as Element).parentElement!.querySelector<SVGGElement>(`[data-point="${next}"]`)!.focus();
}

/** Escape and Delete take the query out. */
function pressQuery(event: KeyboardEvent, query: number | null, onQuery: PlotOptions['onQuery']): void {
  const direction = arrows[event.key];
  const ends: Record<string, number | null> = { Home: span.x[0], End: span.x[1], Escape: null, Delete: null };
  if (!direction && !(event.key in ends)) return;
  event.preventDefault();
  if (!direction) onQuery(ends[event.key]!);
  else if (query === null) onQuery(span.x[0]);
  else onQuery(within(query + (direction[0] + direction[1]) * stepOf(event), span.x));
}
