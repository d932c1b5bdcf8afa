import { html, type TemplateResult } from 'lit';
import type { Tensor, WorkerEngine } from '../../engine/types.ts';
import { slider } from '../rooms/controls.ts';
import { codeOf, formula, tex } from '../rooms/formula.ts';
import type { HeatMapData } from '../rooms/heatmap.ts';
import { number } from '../rooms/matrix.ts';
import type { Translate } from '../rooms/section.ts';
import { lineChart } from './line-chart.ts';
import type { Point } from './noisy-points.ts';
import { inOrder, scatter, type Estimates } from './weighted-average-plot.ts';

/** How far the descent may go. */
export const mostSteps = 200;

/** The widths of the landscape, by ratios. */
const range = { from: 0.1, to: 30, count: 33 };
const widths = Array.from(
  { length: range.count },
  (_, i) => range.from * (range.to / range.from) ** (i / (range.count - 1)),
);

/** The errors at every width: each point predicted from the others, and each with itself. */
export interface Landscape {
  others: readonly number[];
  all: readonly number[];
}

export interface Fit {
  /** Number t before step t + 1. */
  widths: Float32Array;
  losses: Float32Array;
  gradients: Float32Array;
  estimates: Estimates;
  /** Rows and columns are the points from left to right. */
  map: HeatMapData;
}

/** Points as the engine takes them, and the places where the curve is estimated. */
export interface FitData {
  x: Tensor;
  y: Tensor;
  places: Tensor;
}

/** The Gaussian kernel's bandwidth is one over the width. */
const bandwidthOf = (width: number): number => 1 / width;

export async function landscape(engine: WorkerEngine, { x, y }: FitData): Promise<Landscape> {
  const [others, all] = await Promise.all([
    Promise.all(widths.map((width) => engine.fitKernelWidth(x, y, { width, steps: 0 }))),
    Promise.all(widths.map((width) => engine.kernelRegression(x, x, y, { bandwidth: bandwidthOf(width) }))),
  ]);
  const error = ({ data }: Tensor): number =>
    data.reduce((sum, found, i) => sum + (found - y.data[i]!) ** 2, 0) / data.length;
  return { others: others.map(({ losses }) => losses.data[0]!), all: all.map(({ output }) => error(output)) };
}

export async function fit(
  engine: WorkerEngine,
  data: FitData,
  { width, rate, steps }: { width: number; rate: number; steps: number },
  estimatesOf: (found: { output: Tensor; weights: Tensor }) => Estimates,
): Promise<Fit> {
  const { x, y, places } = data;
  const descent = await engine.fitKernelWidth(x, y, { width, rate, steps });
  const bandwidth = bandwidthOf(descent.widths.data[steps]!);
  const [curve, map] = await Promise.all([
    engine.kernelRegression(places, x, y, { bandwidth }),
    engine.kernelRegression(x, x, y, { bandwidth, leaveOneOut: true }),
  ]);
  const count = x.data.length;
  const order = inOrder(Array.from(x.data, (at) => ({ x: at, y: 0 })));
  const cells = order.flatMap((i) => order.map((j) => map.weights.data[i * count + j]!));
  return {
    widths: descent.widths.data,
    losses: descent.losses.data,
    gradients: descent.gradients.data,
    estimates: estimatesOf(curve),
    map: { rows: count, columns: count, data: Float32Array.from(cells) },
  };
}

export interface FitView {
  t: Translate;
  points: readonly Point[];
  fit: Fit;
  landscape: Landscape;
  rate: number;
  isRunning: boolean;
  onSteps: (more: number) => void;
  onRun: () => void;
  onRestart: () => void;
  onRate: (rate: number) => void;
  onTake: (bandwidth: number) => void;
}

export function showFit(view: FitView): TemplateResult {
  const { t } = view;
  return html`<section class="fit">
    <h3>${t('Fit the width', '拟合宽度')}</h3>
    <p class="caption">
      ${t(
        'The bandwidth need not be chosen by hand: put a number w into the kernel and let gradient descent turn it. Each point is predicted from all the others, never from itself. If it were allowed to look at itself, w would run to infinity: every point would remember itself, and an error of 0 would say nothing.',
        '带宽不必靠手选：在核里放一个数 w，让梯度下降去调它。每个点都由其他点来估计，不能看自己（留一）。要是允许看自己，w 会一路冲向无穷大：每个点只记住自己，误差为 0，却什么也没学到。',
      )}
    </p>
    <div class="bench">
      <div>${controls(view)}</div>
      <div>${charts(view)}</div>
      <div>${pictures(view)}</div>
    </div>
  </section>`;
}

/** The slider of the rate goes by ratios: as many steps to every factor of ten. */
const rateSteps = { from: -2, each: 10, count: 30 };

function controls({ t, fit, rate, isRunning, onSteps, onRun, onRestart, onRate, onTake }: FitView): TemplateResult {
  const steps = fit.widths.length - 1;
  const [width, loss, gradient] = [fit.widths, fit.losses, fit.gradients].map((all) => all[steps]!) as [
    number,
    number,
    number,
  ];
  const isOver = steps >= mostSteps;
  return html`
    <p class="formula" tabindex="0">
      ${formula(tex`\hat f(x) = \sum_i \operatorname{softmax}_i\!\left(-\tfrac{1}{2} \big(w\,(x - x_i)\big)^2\right) y_i`)}
    </p>
    <p class="soft">Zhang et al. 2023, Dive into Deep Learning, section 11.2</p>
    <div class="row">
      <button type="button" ?disabled=${isOver || isRunning} @click=${() => onSteps(1)}>${t('Step', '一步')}</button>
      <button type="button" ?disabled=${isOver || isRunning} @click=${() => onSteps(10)}>
        ${t('10 steps', '十步')}
      </button>
      <button type="button" class="primary" ?disabled=${isOver && !isRunning} @click=${onRun}>
        ${isRunning ? t('Stop', '停下') : t('Run', '运行')}
      </button>
      <button type="button" @click=${onRestart}>${t('Start again', '重新开始')}</button>
    </div>
    ${slider({
      id: 'fit-rate',
      label: 'rate',
      hint: t('how far a step goes along the gradient', '每步沿梯度走多远'),
      value: (Math.log10(Math.max(rate, 1e-9)) - rateSteps.from) * rateSteps.each,
      maximum: rateSteps.count,
      text: number(rate),
      onChange: (at) => onRate(Number((10 ** (rateSteps.from + at / rateSteps.each)).toPrecision(2))),
    })}
    <dl class="facts">
      <dt>${t('Steps taken', '已走步数')}</dt>
      <dd data-fact="steps">${steps}</dd>
      <dt>${t('Width w', '宽度 w')}</dt>
      <dd data-fact="width">${number(width, 3)}</dd>
      <dt>${t('Bandwidth 1/w', '带宽 1/w')}</dt>
      <dd data-fact="fit-bandwidth">${number(bandwidthOf(width), 3)}</dd>
      <dt>${t('Leave-one-out error', '留一误差')}</dt>
      <dd data-fact="loss">${number(loss, 4)}</dd>
      <dt>${t('Gradient', '梯度')}</dt>
      <dd data-fact="gradient">${number(gradient, 4)}</dd>
    </dl>
    <div class="row">
      <button type="button" @click=${() => onTake(Number(bandwidthOf(width).toPrecision(3)))}>
        ${t('Use this bandwidth above', '把这个带宽用到上面')}
      </button>
    </div>
    ${codeOf('loss_of_width', t)}
  `;
}

/** The least of some scales that holds the values. */
const scaleFor = (values: readonly number[], scales: readonly number[]): number => {
  const most = Math.max(...values);
  return scales.find((one) => one >= most) ?? most;
};

function charts({ t, fit, landscape }: FitView): TemplateResult {
  const steps = fit.widths.length - 1;
  const losses = Array.from(fit.losses);
  const top = scaleFor([...landscape.others, ...losses], [0.5, 1, 1.5, 2, 3, 5, 10, 20, 50]);
  const y = { to: top, ticks: [0, top / 2, top] };
  const end = scaleFor([steps], [10, 20, 50, 100, 200]);
  return html`
    <h4>${t('Error over the steps', '误差随步数')}</h4>
    ${lineChart({
      label: t('Leave-one-out error over the steps', '留一误差随步数的变化'),
      lines: [{ kind: 'others', points: losses.map((loss, i) => [i, loss] as const) }],
      dots: [[steps, losses[steps]!]],
      x: { from: 0, to: end, ticks: [0, end / 2, end], name: t('steps', '步数') },
      y,
    })}
    <h4>${t('Error over the width', '误差随宽度')}</h4>
    ${lineChart({
      label: t('Error over the width, and the steps taken', '误差随宽度的变化，以及走过的步'),
      lines: [
        { kind: 'self', points: widths.map((w, i) => [w, landscape.all[i]!] as const) },
        { kind: 'others', points: widths.map((w, i) => [w, landscape.others[i]!] as const) },
      ],
      dots: losses.map((loss, i) => [fit.widths[i]!, loss] as const),
      x: { from: range.from, to: range.to, ticks: [0.1, 1, 10], name: 'w', isLog: true },
      y,
    })}
    <p class="legend">
      <span class="key others">${t('each point predicted from the others', '由其他点来估计')}</span>
      <span class="key self">${t('itself included: falls to 0', '算上自己：一直降到 0')}</span>
    </p>
  `;
}

function pictures({ t, points, fit }: FitView): TemplateResult {
  return html`
    ${scatter(t('The points and the fitted curve', '数据点和拟合的曲线'), points, fit.estimates)}
    <heat-map
      class="square"
      .map=${fit.map}
      label=${t('Leave-one-out weights', '留一权重')}
      rowName=${t('point predicted', '被估计的点')}
      columnName=${t('from point', '由点')}
    ></heat-map>
    <p class="caption">
      ${t(
        'The fitted curve, and the attention map of the points: the diagonal is empty, since no point looks at itself.',
        '拟合出的曲线，以及各点之间的注意力图：对角线是空的，因为没有点看自己。',
      )}
    </p>
  `;
}
