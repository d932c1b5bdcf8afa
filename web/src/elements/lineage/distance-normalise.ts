import { html, svg, type TemplateResult } from 'lit';
import type { Normalisation, Tensor, WorkerEngine } from '../../engine/types.ts';
import { labelOf, slider } from '../rooms/controls.ts';
import { explain } from '../rooms/formula.ts';
import { number } from '../rooms/matrix.ts';
import type { Translate } from '../rooms/section.ts';
import { farthest } from '../rooms/tensors.ts';

/** Rows of the table of normalisations that are put side by side. */
export const compared = ['softmax', 'linear', 'square', 'relu', 'count'];
/** Of a score that is typed. */
export const mostScore = 20;

interface Found {
  row: Normalisation;
  weights: Float32Array;
  sum: number;
  /** Null where the weights are no shares. */
  entropy: number | null;
  isPositive: boolean;
  keepsOrder: boolean;
  /** How far weights move when every score grows by 1. */
  moved: number;
}

export interface Normalised {
  scores: readonly number[];
  found: Found[];
}

/** Differences under this are rounding. */
const rounding = 1e-5;

export async function normalised(
  engine: WorkerEngine,
  rows: readonly Normalisation[],
  scores: readonly number[],
): Promise<Normalised> {
  const chosen = compared.flatMap((name) => rows.filter((row) => row.name === name));
  return { scores, found: await Promise.all(chosen.map((row) => normalise(engine, row, scores))) };
}

async function normalise(engine: WorkerEngine, row: Normalisation, scores: readonly number[]): Promise<Found> {
  // A query of one number, 1, has the keys themselves for scores; values of 1 are averaged to the sum of the weights.
  const head = (data: ArrayLike<number>): Tensor => ({ shape: [1, data.length, 1], data: Float32Array.from(data) });
  const weigh = (numbers: readonly number[]) =>
    engine.attention(head([1]), head(numbers), head(numbers.map(() => 1)), {
      scoring: 'dot_product',
      normalisation: row.name,
    });
  const [here, raised] = await Promise.all([weigh(scores), weigh(scores.map((score) => score + 1))]);
  const [pattern, sum] = [here.pattern!, here.output.data[0]!];
  const weights = pattern.data;
  const isShares = weights.every((weight) => weight >= 0) && Math.abs(sum - 1) < rounding;
  return {
    row,
    weights,
    sum,
    entropy: isShares ? (await engine.headEntropy(pattern)).data[0]! : null,
    isPositive: weights.every((weight) => weight > 0),
    keepsOrder: scores.every((a, i) => scores.every((b, j) => !(a < b) || weights[i]! < weights[j]!)),
    moved: farthest(weights, raised.pattern!.data),
  };
}

export interface NormaliseView {
  t: Translate;
  isChinese: boolean;
  found: Normalised;
  scores: readonly number[];
  shift: number;
  onScore: (index: number, score: number) => void;
  onShift: (shift: number) => void;
}

export function showNormalised(view: NormaliseView): TemplateResult {
  const { t, isChinese, found, scores, shift, onShift } = view;
  return html`<section>
    <h3>${t('From scores to weights: why exp?', '从分数到权重：为什么用 exp？')}</h3>
    <p class="caption">
      ${t(
        'One row of scores, five ways to make weights of it. Change a score, or add the same number to all of them, and see which weights care.',
        '同一行分数，五种变成权重的办法。改一个分数，或给所有分数加上同一个数，看哪些权重会变。',
      )}
    </p>
    <div class="scores" role="group" aria-label=${t('Scores', '分数')}>
      ${scores.map((score, i) => scoreField(view, score, i))}
    </div>
    ${slider({
      id: 'distance-shift',
      label: t('added to all', '全部加上'),
      value: shift * 10,
      minimum: -30,
      maximum: 30,
      text: number(shift, 1),
      onChange: (at) => onShift(at / 10),
    })}
    <div class="ways">${found.found.map((one) => way(one, found.scores, t, isChinese))}</div>
    <p class="caption">
      ${t(
        'Why exp: every weight is positive, the order of the scores is kept, adding the same to all changes nothing, and no key is ever dead. A key with a tiny weight can still win it back by learning; one that ReLU cut to 0 cannot.',
        '为什么用 exp：权重都是正的，分数的顺序不变，全部加同一个数什么也不变，而且没有哪个键会“死掉”。权重很小的键还能靠学习赢回来；被 ReLU 截成 0 的就不行了。',
      )}
    </p>
  </section>`;
}

function scoreField({ t, onScore }: NormaliseView, score: number, index: number): TemplateResult {
  return html`<input
    type="number"
    step="0.5"
    aria-label=${`${t('score', '分数')} ${index + 1}`}
    .value=${String(score)}
    @change=${(event: Event) => {
      const input = event.target as HTMLInputElement;
      // Something that is no number, or far off, leaves the last one.
      if (Math.abs(input.valueAsNumber) <= mostScore) onScore(index, input.valueAsNumber);
      else input.value = String(score);
    }}
  />`;
}

function way(found: Found, scores: readonly number[], t: Translate, isChinese: boolean): TemplateResult {
  const { row, weights, sum, entropy, isPositive, keepsOrder, moved } = found;
  const check = (holds: boolean, yes: string, no: string): TemplateResult =>
    html`<li class=${holds ? 'yes' : 'no'}>${holds ? yes : no}</li>`;
  return html`<section class="way" data-way=${row.name}>
    <h4>${labelOf(row, isChinese)}</h4>
    ${signedBars(weights, t('Weights', '权重'))}
    <ol class="row-numbers" aria-label=${t('Weights', '权重')}>
      ${scores.map((_, i) => html`<li>${number(weights[i]!, 2)}</li>`)}
    </ol>
    <dl class="facts">
      <dt>${t('Sum', '和')}</dt>
      <dd data-fact="sum">${number(sum, 3)}</dd>
      <dt>${t('Entropy', '熵')}</dt>
      <dd data-fact="entropy">${entropy === null ? '—' : number(entropy, 3)}</dd>
    </dl>
    ${entropy === null ? html`<p class="soft">${whyNone(found, t)}</p>` : ''}
    <ul class="checks">
      ${check(isPositive, t('all positive', '全为正'), t('not all positive', '不全为正'))}
      ${check(keepsOrder, t('order kept', '顺序不变'), t('order lost', '顺序变了'))}
      ${check(
        moved < rounding,
        t('adding 1 to all: unchanged', '全部加 1：不变'),
        t(`adding 1 to all: moves by ${number(moved)}`, `全部加 1：变了 ${number(moved)}`),
      )}
    </ul>
    ${explain(row, t)}
  </section>`;
}

function whyNone({ weights, sum }: Found, t: Translate): string {
  if (weights.some((weight) => weight < 0)) {
    return t('no entropy: a negative weight is no share', '没有熵：负的权重不是份额');
  }
  if (sum === 0) return t('no entropy: no weight is left', '没有熵：一点权重也没剩下');
  return t('no entropy: the weights do not sum to 1', '没有熵：权重之和不是 1');
}

const [width, height, gap] = [160, 80, 4];

/** Bars above a line for positive and below it for negative numbers; the scale reaches 1 at least. */
function signedBars(weights: Float32Array, label: string): TemplateResult {
  const most = Math.max(1, ...weights);
  const least = Math.min(0, ...weights);
  const scale = height / (most - least);
  const step = width / weights.length;
  const base = most * scale;
  return html`<svg class="signed" viewBox="0 -1 ${width} ${height + 2}" role="img" aria-label=${label}>
    ${Array.from(weights, (weight, i) => {
      const tall = Math.abs(weight) * scale;
      return svg`<rect class=${weight < 0 ? 'negative' : ''} x=${i * step + gap / 2} y=${weight < 0 ? base : base - tall}
        width=${step - gap} height=${tall} />`;
    })}
    <path class="axis" d="M0 ${base}H${width}" />
  </svg>`;
}
