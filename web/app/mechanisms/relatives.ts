import { html, type TemplateResult } from 'lit';
import type { BooleanMask, Tensor } from '../../src/engine/types.ts';
import { codeOf, formula, tex } from '../../src/elements/rooms/formula.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { matrix, number, power } from '../../src/elements/rooms/matrix.ts';
import { drawn, farthest } from '../../src/elements/rooms/tensors.ts';
import { PageSection } from './pageSection.ts';

const size = 8;
const width = 8;
const heads = 2;
const headWidth = width / heads;
const names = Array.from({ length: size }, (_, i) => String(i + 1));
const cells = size * size;
/** The query that the tutorials' module shows without anything to see. */
const blind = 2;

interface Results {
  softmax: Float32Array;
  implied: Float32Array;
  /** Largest difference between the implied pattern times the values and the output without a pattern. */
  apart: number;
  shared: Float32Array;
  /** Mean entropy of the first head's rows, divided by sqrt(d_model) as printed and by sqrt(d_head) as in the paper. */
  entropies: [number, number];
}

const map = (rows: number, seed: number): Tensor => drawn([rows, rows], seed, 1 / Math.sqrt(rows));
const eye: Tensor = {
  shape: [width, width],
  data: Float32Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0)),
};

/** Attention without a pattern, and attention as many tutorials print it. */
class RelativesSection extends PageSection {
  #causal = true;
  #results: Results | null = null;

  protected override async compute({ engine }: Lab): Promise<void> {
    const causal = this.#causal;
    const [q, k, v] = [1, 2, 3].map((seed) => drawn([1, size, headWidth], seed));
    const [softmax, recurrent, linear] = await Promise.all([
      engine.attention(q!, k!, v!, { causal }),
      engine.linearAttention(q!, k!, v!, { causal }),
      engine.linearAttention(q!, k!, v!, { causal, pattern: true }),
    ]);
    const mixed = await engine.matmul(
      { shape: [size, size], data: linear.pattern.data },
      { shape: [size, headWidth], data: v!.data },
    );
    const x = drawn([size, width], 4);
    const weights = { w_q: map(headWidth, 5), w_k: map(headWidth, 6), w_v: map(headWidth, 7), w_o: eye };
    const mask: BooleanMask = {
      shape: [size, size],
      data: Uint8Array.from({ length: cells }, (_, cell) => {
        const [i, j] = [Math.floor(cell / size), cell % size];
        return i !== blind && j <= i ? 1 : 0;
      }),
    };
    const shared = await engine.sharedHeadsAttention(
      ...([x, x, x, { ...weights, b_o: { shape: [width], data: new Float32Array(width) } }] as const),
      { n_heads: heads, mask },
    );
    this.#results = {
      softmax: softmax.pattern.data,
      implied: linear.pattern.data,
      apart: farthest(recurrent.output.data, mixed.data),
      shared: shared.pattern.data.slice(0, cells),
      entropies: await this.#entropies(engine, x, weights),
    };
  }

  /** The same projections without a mask, under the two divisors. */
  async #entropies(
    engine: Lab['engine'],
    x: Tensor,
    weights: { w_q: Tensor; w_k: Tensor; w_v: Tensor; w_o: Tensor },
  ): Promise<[number, number]> {
    const bias = { shape: [width], data: new Float32Array(width) };
    const { pattern } = await engine.sharedHeadsAttention(x, x, x, { ...weights, b_o: bias }, { n_heads: heads });
    const own: Tensor = {
      shape: [size, headWidth],
      data: Float32Array.from({ length: size * headWidth }, (_, i) => {
        return x.data[Math.floor(i / headWidth) * width + (i % headWidth)]!;
      }),
    };
    const [q, k] = await Promise.all([engine.matmul(own, weights.w_q), engine.matmul(own, weights.w_k)]);
    const asHead = ({ data }: Tensor): Tensor => ({ shape: [1, size, headWidth], data });
    const paper = await engine.attention(asHead(q), asHead(k), asHead(k));
    const [printed, scaled] = await Promise.all([engine.headEntropy(pattern), engine.headEntropy(paper.pattern)]);
    return [printed.data[0]!, scaled.data[0]!];
  }

  protected override show(): TemplateResult {
    return this.#results ? html`${this.#linear(this.#results)} ${this.#tutorial(this.#results)}` : html``;
  }

  #linear({ softmax, implied, apart }: Results): TemplateResult {
    const { t } = this;
    const hidden = (i: number, j: number): boolean => this.#causal && j > i;
    const picture = (data: Float32Array, caption: string): TemplateResult =>
      html`<div>${matrix({ data, rows: names, columns: names, full: 1, caption, hidden })}</div>`;
    return html`
      <h3>${t('Linear attention', '线性注意力')}</h3>
      <p class="formula">
        ${formula(tex`z_i = \frac{\phi(q_i) \sum_j \phi(k_j)^\top v_j}{\phi(q_i) \cdot \sum_j \phi(k_j)}`)}
      </p>
      <p class="formula">${formula(tex`\phi(x) = \operatorname{elu}(x) + 1`)}</p>
      <p class="soft">Katharopoulos et al. 2020, Transformers are RNNs, section 3.2</p>
      <p class="caption">
        ${t(
          'The sums over keys are made once and carried from token to token: time grows with the length, not with its square, and no pattern ever stands. There is one all the same; here it is beside softmax over the same vectors.',
          '对键的求和只做一次，逐个词元传递：时间随长度增长，而不是随长度的平方，也从不写出注意力模式。但模式仍然存在，下面与同样向量的 softmax 并排。',
        )}
      </p>
      <label class="check">
        <input
          type="checkbox"
          .checked=${this.#causal}
          @change=${(event: Event) => {
            this.#causal = (event.target as HTMLInputElement).checked;
            this.changed();
          }}
        />
        ${t('causal: a recurrence over the tokens', '因果：沿词元递推')}
      </label>
      <div class="bench two">
        ${picture(softmax, 'Softmax')}
        ${picture(implied, t('Linear attention: the implied pattern', '线性注意力：隐含的模式'))}
      </div>
      <p class="finding">
        ${t(
          'This pattern times the values, against the output computed without it; largest difference:',
          '用这个模式乘以值，与不写出模式时的输出相比，最大差别：',
        )}
        <strong data-fact="implied">${power(apart)}</strong>
      </p>
      ${codeOf('linear_attention', t)}
    `;
  }

  #tutorial({ shared, entropies: [printed, paper] }: Results): TemplateResult {
    const { t } = this;
    return html`
      <h3>${t('As many tutorials print it', '许多教程里的写法')}</h3>
      <p class="caption">
        ${t(
          'A module that is copied from page to page: one d_head × d_head projection serves all heads, hidden scores become −1e20, and scores are divided by the root of the embedding size instead of the head’s. It can be reproduced here number for number.',
          '一个到处转载的模块：所有头共用一个 d_head × d_head 的投影，被遮住的分数设为 −1e20，分数除以嵌入维数（而不是头的维数）的平方根。在这里可以逐个数字地重现它。',
        )}
      </p>
      <div class="bench two">
        <div>
          ${matrix({
            data: shared,
            rows: names,
            columns: names,
            full: 1,
            caption: t(
              'Weights of head 1; causal, and query 3 sees nothing',
              '头 1 的权重；因果，且查询 3 什么也看不到',
            ),
            hidden: (i, j) => i !== blind && j > i,
          })}
        </div>
        <ul class="finding">
          <li>
            ${t('Query 3 should see nothing, and reads everything evenly:', '查询 3 本应什么也看不到，却平均地读取所有键：')}
            <strong data-fact="blind">${number(shared[blind * size]!, 3)}</strong>
          </li>
          <li>
            ${t(
              `Divided by √${width} instead of √${headWidth}, weights are more even than they should be: entropy`,
              `除以 √${width} 而不是 √${headWidth}，权重比应有的更平均：熵`,
            )}
            <strong>${number(printed)}</strong> ${t('instead of', '而不是')} <strong>${number(paper)}</strong>.
          </li>
        </ul>
      </div>
      ${codeOf('weights_of_scores', t)}
    `;
  }
}

customElements.define('relatives-section', RelativesSection);
