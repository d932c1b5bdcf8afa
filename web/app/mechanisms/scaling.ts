import { html, type TemplateResult } from 'lit';
import type { Tensor } from '../../src/engine/types.ts';
import { numeric } from '../../src/elements/rooms/attributes.ts';
import { bars, curves } from '../../src/elements/rooms/bars.ts';
import { slider } from '../../src/elements/rooms/controls.ts';
import { explain } from '../../src/elements/rooms/formula.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { number } from '../../src/elements/rooms/matrix.ts';
import { normals } from '../../src/elements/rooms/random.ts';
import { PageSection } from './pageSection.ts';

const [queries, keys] = [64, 16];
const exponents = Array.from({ length: 11 }, (_, n) => n);
const scorings = ['dot_product', 'scaled_dot_product'];

interface Measured {
  /** Standard deviation of the scores. */
  spread: number;
  /** Mean over the queries, in nats. */
  entropy: number;
  /** Weights of the first query. */
  weights: Float32Array;
}

/** Why scores are divided by sqrt(d): the same random vectors, ever longer, with and without. Attribute `d`: 1 to 1024. */
class ScalingSection extends PageSection {
  static override properties = { d: numeric(1, 2 ** exponents.at(-1)!, 64) };
  declare d: number;
  #seed = 1;
  /** By scoring, then by exponent of the length. */
  #measured: Measured[][] = [];
  #drawn = 0;

  constructor() {
    super();
    this.d = 64;
  }

  /** Of the length, which is a power of two. */
  get #exponent(): number {
    return Math.round(Math.log2(this.d));
  }

  /** Every length at once, whenever new vectors are drawn: the slider only chooses. */
  protected override async compute(lab: Lab): Promise<void> {
    if (this.#drawn === this.#seed) return;
    const seed = this.#seed;
    this.#measured = await Promise.all(
      scorings.map((scoring) => Promise.all(exponents.map((n) => measure(lab, scoring, 2 ** n, seed)))),
    );
    this.#drawn = seed;
  }

  protected override show(lab: Lab): TemplateResult {
    const { t } = this;
    if (this.#measured.length === 0) return html``;
    const d = 2 ** this.#exponent;
    const most = Math.log(keys);
    return html`
      <p class="caption">
        ${t(
          `${queries} queries and ${keys} keys, every number drawn from the standard normal distribution. A dot product of d such pairs has variance d: without the root, long vectors make one weight 1 and all others 0, and nothing is left to learn from.`,
          `${queries} 个查询和 ${keys} 个键，每个数都取自标准正态分布。d 对这样的数的点积方差是 d：不除以根号 d，向量一长，一个权重变成 1，其余变成 0，就学不到东西了。`,
        )}
      </p>
      <div class="bench three">
        <div>
          ${slider({
            id: 'scaling-d',
            label: 'd',
            hint: t('numbers in a query and in a key', '查询和键各有多少个数'),
            value: this.#exponent,
            maximum: exponents.length - 1,
            text: String(d),
            onChange: (n) => (this.d = 2 ** n),
          })}
          <p class="row">
            <button
              type="button"
              @click=${() => {
                this.#seed += 1;
                this.changed();
              }}
            >
              ${t('Draw other vectors', '换一批向量')}
            </button>
          </p>
          ${curves({
            label: t('Entropy of the weights over d', '权重的熵随 d 的变化'),
            all: this.#measured.map((all, side) => ({
              name: scorings[side]!,
              side,
              values: all.map(({ entropy }) => entropy),
            })),
            places: exponents.map((n) => String(2 ** n)),
            marked: this.#exponent,
            top: most,
            topName: 'ln 16',
          })}
          <p class="caption">
            ${t('Entropy of the weights over d; ln 16 is even.', '权重的熵随 d 的变化；ln 16 表示完全平均。')}
          </p>
        </div>
        ${scorings.map((name, side) => this.#side(lab, name, side, most))}
      </div>
    `;
  }

  #side(lab: Lab, name: string, side: number, most: number): TemplateResult {
    const { t } = this;
    const row = lab.scoring.find((one) => one.name === name);
    const found = this.#measured[side]![this.#exponent]!;
    return html`<section class="side side-${side}">
      <h3>${row ? (this.isChinese ? row.label_zh : row.label) : name}</h3>
      ${bars({
        data: found.weights,
        full: 1,
        label: t('Weights of the first query', '第一个查询的权重'),
      })}
      <dl class="facts">
        <dt>${t('Spread of the scores', '分数的标准差')}</dt>
        <dd data-fact="spread">${number(found.spread)}</dd>
        <dt>${t('Entropy of the weights', '权重的熵')}</dt>
        <dd data-fact="entropy">${number(found.entropy)} ${t('of', '/')} ${number(most)}</dd>
        <dt>${t('Largest weight', '最大的权重')}</dt>
        <dd>${number(Math.max(...found.weights))}</dd>
      </dl>
      ${row ? explain(row, t) : ''}
    </section>`;
  }
}

async function measure(lab: Lab, scoring: string, d: number, seed: number): Promise<Measured> {
  const tensor = (rows: number, own: number): Tensor => ({
    shape: [1, rows, d],
    data: normals(rows * d, seed * 7919 + own),
  });
  const k = tensor(keys, 1);
  const { pattern, qk_matmul_output: scores } = await lab.engine.attention(tensor(queries, 0), k, k, {
    scoring,
    qk_matmul_output_mode: 0,
  });
  const entropy = await lab.engine.headEntropy(pattern);
  return {
    spread: standardDeviation(scores!.data),
    entropy: entropy.data[0]!,
    weights: pattern.data.slice(0, keys),
  };
}

function standardDeviation(numbers: Float32Array): number {
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  return Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length);
}

customElements.define('scaling-section', ScalingSection);
