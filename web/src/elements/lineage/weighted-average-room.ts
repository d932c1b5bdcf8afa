import { html, type PropertyValues, type TemplateResult } from 'lit';
import type { Facts, Tensor } from '../../engine/types.ts';
import { numeric } from '../rooms/attributes.ts';
import { menu, parameterSlider } from '../rooms/controls.ts';
import { explain } from '../rooms/formula.ts';
import { defineHeatMap, type HeatMapData } from '../rooms/heatmap.ts';
import type { Lab } from '../rooms/lab.ts';
import { examples } from '../rooms/examples.ts';
import { Room } from '../rooms/room.ts';
import { noisyPoints, round, span, within, type Point } from './noisy-points.ts';
import { facts, rowNumbers, sumOf, type Average } from './weighted-average-numbers.ts';
import { averageStyles } from './weighted-average-styles.ts';
import { inOrder, plot, type Estimates } from './weighted-average-plot.ts';
import { fit, landscape, mostSteps, showFit, type Fit, type Landscape } from './width-fit.ts';

const count = 24;
const places = Array.from({ length: 101 }, (_, i) => span.x[0] + ((span.x[1] - span.x[0]) * i) / 100);
const pause = 60;

interface Results extends Average {
  estimates: Estimates;
  map: HeatMapData;
  landscape: Landscape;
  fit: Fit;
}

/** What says that there is no query. */
const readQuery = (text: string | null): number | null => {
  const value = text === null || text.trim() === '' ? NaN : Number(text);
  return Number.isNaN(value) ? null : within(value, span.x);
};

/** A column of numbers as the engine takes it. */
const column = (numbers: readonly number[]): Tensor => ({
  shape: [numbers.length, 1],
  data: Float32Array.from(numbers),
});

const state = {
  kernel: {},
  bandwidth: numeric(0, Infinity, 0.4),
  query: { converter: { fromAttribute: readQuery, toAttribute: String } },
  seed: numeric(0, 1e6, 1),
  width: numeric(0, 1000, 0.5),
  rate: numeric(0, 1000, 1),
  steps: numeric(0, mostSteps, 0),
};

/**
 * `<weighted-average-room>`: points with noise, a kernel and a query under the hand; then the kernel's width fitted.
 * Attributes: `kernel`, `bandwidth`, `query` (a place, or nothing for plain pooling), `seed` of the points; of the fit
 * `width` (where it starts), `rate` and `steps`.
 */
export class WeightedAverageRoom extends Room {
  static override styles = [Room.styles, averageStyles];
  static override properties = { ...Room.properties, ...state };
  declare kernel: string;
  declare bandwidth: number;
  declare query: number | null;
  declare seed: number;
  declare width: number;
  declare rate: number;
  declare steps: number;
  #kernels: readonly Facts[] = [];
  #points: readonly Point[] = [];
  #chosen = 0;
  #results: Results | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;

  constructor() {
    super();
    this.kernel = 'gaussian';
    this.bandwidth = 0.4;
    this.query = 2;
    this.seed = 1;
    this.width = 0.5;
    this.rate = 1;
    this.steps = 0;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override willUpdate(changes: PropertyValues): void {
    if (changes.has('seed')) this.#points = noisyPoints(count, this.seed);
    if (Object.keys(state).some((name) => changes.has(name))) this.changed();
  }

  protected override async compute({ engine }: Lab): Promise<void> {
    if (this.#kernels.length === 0) this.#kernels = await engine.smoothingKernels();
    const { query, bandwidth, width, rate } = this;
    const points = this.#points;
    const steps = Math.round(this.steps);
    // Without a query there is nothing to compare with: average pooling.
    const options = { kernel: query === null ? 'uniform' : this.kernel, bandwidth };
    const data = { x: column(points.map(({ x }) => x)), y: column(points.map(({ y }) => y)), places: column(places) };
    const isOld = this.#results?.points === points;
    const [one, all, errors, fitted] = await Promise.all([
      engine.kernelRegression(column([query ?? 0]), data.x, data.y, options),
      engine.kernelRegression(data.places, data.x, data.y, options),
      isOld ? this.#results!.landscape : landscape(engine, data),
      fit(engine, data, { width, rate, steps }, estimatesOf),
    ]);
    this.#results = {
      points,
      query,
      output: one.output.data[0]!,
      weights: one.weights.data,
      estimates: estimatesOf(all),
      map: mapOf(all.weights, points),
      landscape: errors,
      fit: fitted,
    };
  }

  protected override updated(changes: PropertyValues): void {
    super.updated(changes);
    if (!this.#isRunning || this.#timer !== undefined || this.#results?.fit.widths.length !== this.steps + 1) return;
    if (this.steps >= mostSteps) this.#stop();
    else {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.steps += 1;
      }, pause);
    }
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isRunning = false;
    this.requestUpdate();
  }

  /** Step by step before the eyes; at once for those who want nothing to move. */
  #run(): void {
    if (this.#isRunning) this.#stop();
    else if (matchMedia('(prefers-reduced-motion: reduce)').matches) this.steps = mostSteps;
    else {
      this.#isRunning = true;
      this.requestUpdate();
    }
  }

  #movePoint(index: number, { x, y }: Point): void {
    const moved = { x: round(within(x, span.x)), y: round(within(y, span.y)) };
    this.#points = this.#points.map((old, i) => (i === index ? moved : old));
    this.changed();
  }

  protected override show(): TemplateResult {
    const { t } = this;
    const results = this.#results;
    return html`
      <p class="caption">
        ${t(
          'What is the value at q? Average the points, and let nearness decide how much each counts. Drag q, drag the points; drag q out to the left, and every point weighs the same.',
          'q 处的值是多少？把各点的值平均起来，离得越近算得越多。拖动 q，拖动数据点；把 q 向左拖出去，每个点的权重就都一样。',
        )}
      </p>
      ${this.#examples()} ${results ? html`${this.#average(results)} ${this.#fit(results)}` : this.#controls()}
    `;
  }

  #examples(): TemplateResult {
    const set = (query: number | null, kernel: string, bandwidth: number): void => {
      Object.assign(this, { query, kernel, bandwidth });
    };
    return examples(this.t, [
      [this.t('No query: pooling', '没有查询：平均汇聚'), () => set(null, 'gaussian', 0.4)],
      [this.t('A query at 2', '查询在 2'), () => set(2, 'gaussian', 0.4)],
      [this.t('A box over a gap', '矩形窗落在空档里'), () => set(4.35, 'boxcar', 0.4)],
      [this.t('Bandwidth 0: the nearest', '带宽 0：只看最近的'), () => set(2, 'gaussian', 0)],
      [this.t('Bandwidth ∞: pooling again', '带宽 ∞：又回到平均'), () => set(2, 'gaussian', Infinity)],
    ]);
  }

  #controls(): TemplateResult {
    const { t, isChinese } = this;
    const row = this.#kernels.find(({ name }) => name === this.kernel) ?? this.#kernels[0];
    if (!row) return html``;
    return html`
      ${menu({
        id: 'average-kernel',
        label: t('Kernel', '核'),
        rows: this.#kernels,
        chosen: row.name,
        isChinese,
        onChoose: (name) => (this.kernel = name),
      })}
      ${row.params.map((parameter) =>
        parameterSlider({
          id: `average-${parameter.name}`,
          parameter,
          value: this.bandwidth,
          isChinese,
          onChange: (value) => (this.bandwidth = value),
        }),
      )}
      <div class="row">
        <button type="button" @click=${() => (this.seed = (this.seed + 1) % 1e6)}>
          ${t('Other points', '换一批点')}
        </button>
        <label class="check">
          <input
            type="checkbox"
            .checked=${this.query !== null}
            @change=${(event: Event) => (this.query = (event.target as HTMLInputElement).checked ? 2 : null)}
          />
          ${t('a query', '有查询')}
        </label>
      </div>
      ${explain(row, t)}
    `;
  }

  #average(results: Results): TemplateResult {
    const { t } = this;
    const { output, weights, estimates, map } = results;
    return html`<div class="bench hero">
      <div>
        ${plot({
          t,
          points: this.#points,
          weights,
          estimates,
          query: this.query,
          estimate: sumOf(weights) > 0 ? output : null,
          chosen: this.#chosen,
          onPoint: (index, point) => this.#movePoint(index, point),
          onChoose: (index) => {
            this.#chosen = index;
            this.requestUpdate();
          },
          onQuery: (query) => (this.query = query === null ? null : round(query)),
        })}
        <p class="legend">
          <span class="key estimate">${t('weighted average', '加权平均')}</span>
          <span class="key truth">${t('where the points come from', '数据点的来源')}</span>
        </p>
        ${rowNumbers(t, results)}
      </div>
      <div>${this.#controls()} ${facts(t, results)}</div>
      <div>
        <heat-map
          .map=${map}
          marked=${this.query === null ? -1 : nearest(this.query)}
          label=${t('Attention map: queries from left to right, by points', '注意力图：从左到右的查询，对各数据点')}
          rowName=${t('query', '查询')}
          columnName=${t('point', '点')}
        ></heat-map>
        <p class="caption">
          ${t(
            'The attention map: a row for every query from 0 (top) to 5, a column for every point from left to right. Framed: the row of q.',
            '注意力图：每行是一个查询，从上到下对应 0 到 5；每列是一个数据点，从左到右。框出的是 q 的那一行。',
          )}
        </p>
      </div>
    </div>`;
  }

  #fit({ landscape: errors, fit: fitted }: Results): TemplateResult {
    return showFit({
      t: this.t,
      points: this.#points,
      fit: fitted,
      landscape: errors,
      rate: this.rate,
      isRunning: this.#isRunning,
      onSteps: (more) => (this.steps = Math.min(Math.round(this.steps) + more, mostSteps)),
      onRun: () => this.#run(),
      onRestart: () => {
        this.#stop();
        this.steps = 0;
      },
      onRate: (rate) => (this.rate = rate),
      onTake: (bandwidth) => Object.assign(this, { kernel: 'gaussian', bandwidth, query: this.query ?? 2 }),
    });
  }
}

/** The place of the curve that is nearest to a query. */
const nearest = (query: number): number =>
  Math.round(((query - span.x[0]) / (span.x[1] - span.x[0])) * (places.length - 1));

function estimatesOf({ output, weights }: { output: Tensor; weights: Tensor }): Estimates {
  const width = weights.shape[1]!;
  return places.map((x, i) => {
    const seen = weights.data.subarray(i * width, (i + 1) * width).some((weight) => weight > 0);
    return seen ? { x, y: within(output.data[i]!, span.y) } : null;
  });
}

/** The columns in the order of the points from left to right. */
function mapOf({ shape, data }: Tensor, points: readonly Point[]): HeatMapData {
  const [rows, columns] = shape as [number, number];
  const order = inOrder(points);
  return {
    rows,
    columns,
    data: Float32Array.from(data, (_, n) => data[n - (n % columns) + order[n % columns]!]!),
  };
}

defineHeatMap();
