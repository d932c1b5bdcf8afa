import { html, type TemplateResult } from 'lit';
import type { Tensor } from '../../src/engine/types.ts';
import { codeOf, formula, tex } from '../../src/elements/rooms/formula.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { matrix, number, power } from '../../src/elements/rooms/matrix.ts';
import { normals } from '../../src/elements/rooms/random.ts';
import { PageSection } from './pageSection.ts';

const tokens = ['x1', 'x2', 'x3', 'x4'];
const width = 8;
const heads = [1, 2, 4, 8];
const columns = Array.from({ length: width }, (_, d) => String(d + 1));
const maps = ['w_q', 'w_k', 'w_v', 'w_o'] as const;

interface Stages {
  n: number;
  /** Heads of keys and values, each shared by as many heads of queries. */
  groups: number;
  q: Float32Array;
  k: Float32Array;
  v: Float32Array;
  /** One `(tokens, tokens)` for each head. */
  patterns: Float32Array[];
  /** Heads beside each other, `(tokens, width)`. */
  z: Float32Array;
  output: Float32Array;
  /** Largest difference from the one operator that does it all. */
  apart: number;
}

const map = (out: number, seed: number): Tensor => ({
  shape: [width, out],
  data: normals(width * out, seed).map((x) => x / Math.sqrt(width)),
});

/** Split, attend, concatenate, project: every stage of multi-head attention with its numbers. */
class HeadsSection extends PageSection {
  #n = 2;
  #groups = 2;
  #head = 0;
  #seed = 1;
  #stages: Stages | null = null;

  protected override async compute({ engine }: Lab): Promise<void> {
    const [n, groups] = [this.#n, this.#groups];
    const x: Tensor = { shape: [1, tokens.length, width], data: normals(tokens.length * width, 100 * this.#seed) };
    const narrow = (width / n) * groups;
    const outs = { w_q: width, w_k: narrow, w_v: narrow, w_o: width };
    const [w_q, w_k, w_v, w_o] = maps.map((name, at) => map(outs[name], 100 * this.#seed + at + 1));
    const [q, k, v] = await Promise.all([w_q!, w_k!, w_v!].map((w) => engine.matmul(x, w)));
    const { output: z, pattern } = await engine.attention(q!, k!, v!, { q_num_heads: n, kv_num_heads: groups });
    const output = await engine.matmul(z, w_o!);
    const weights = { w_q: w_q!, w_k: w_k!, w_v: w_v!, w_o: w_o! };
    const whole = await engine.multiHeadAttention(x, x, x, weights, { n_heads: n, n_kv_heads: groups });
    const cells = tokens.length ** 2;
    this.#stages = {
      n,
      groups,
      q: q!.data,
      k: k!.data,
      v: v!.data,
      patterns: Array.from({ length: n }, (_, h) => pattern.data.slice(h * cells, (h + 1) * cells)),
      z: z.data,
      output: output.data,
      apart: output.data.reduce((most, x, i) => Math.max(most, Math.abs(x - whole.output.data[i]!)), 0),
    };
    this.#head = Math.min(this.#head, n - 1);
  }

  protected override show(): TemplateResult {
    const { t } = this;
    const stages = this.#stages;
    return html`
      <div class="row">
        ${this.#choice('heads', t('Heads', '头数'), heads, this.#n, (n) => {
          this.#n = n;
          this.#groups = n;
        })}
        ${this.#choice(
          'groups',
          t('Heads of keys and values (grouped, multi-query)', '键和值的头数（分组、多查询）'),
          heads.filter((n) => n <= this.#n),
          this.#groups,
          (n) => (this.#groups = n),
        )}
        <button
          type="button"
          @click=${() => {
            this.#seed += 1;
            this.changed();
          }}
        >
          ${t('Other numbers', '换一批数')}
        </button>
      </div>
      ${stages ? this.#all(stages) : ''}
    `;
  }

  #choice(id: string, label: string, all: readonly number[], chosen: number, set: (n: number) => void): TemplateResult {
    return html`<fieldset class="row choice" id="heads-${id}">
      <legend class="label">${label}</legend>
      ${all.map(
        (n) =>
          html`<label class="check">
            <input
              type="radio"
              name=${id}
              .checked=${chosen === n}
              @change=${() => {
                set(n);
                this.changed();
              }}
            />
            ${n}
          </label>`,
      )}
    </fieldset>`;
  }

  #all({ n, groups, q, k, v, patterns, z, output, apart }: Stages): TemplateResult {
    const { t } = this;
    const d = width / n;
    const h = this.#head;
    const shape = (...axes: number[]): string => `(${axes.join(', ')})`;
    return html`
      <ol class="stages">
        ${this.#stage(
          t('Project', '投影'),
          formula(tex`Q = X W_Q, \quad K = X W_K, \quad V = X W_V`),
          html`${this.#matrix('Q', q)} ${this.#matrix('K', k, groups)} ${this.#matrix('V', v, groups)}`,
          t(
            `Splitting costs nothing: head ${h + 1} is ${d === 1 ? 'column' : 'columns'} ${range(h, d)} of Q ${shape(tokens.length, width)}, and ${range(Math.floor((h * groups) / n), d)} of K and V ${shape(tokens.length, d * groups)}.`,
            `拆分不需要计算：头 ${h + 1} 就是 Q ${shape(tokens.length, width)} 的第 ${range(h, d)} 列，以及 K、V ${shape(tokens.length, d * groups)} 的第 ${range(Math.floor((h * groups) / n), d)} 列。`,
          ),
        )}
        ${this.#stage(
          t('Attend, each head for itself', '每个头各自做注意力'),
          formula(tex`A_h = \operatorname{softmax}\!\left(\frac{Q_h K_h^\top}{\sqrt{d_{head}}}\right)`),
          html`${patterns.map(
            (pattern, at) =>
              html`<div class="head ${at === h ? 'chosen' : ''}">
                ${matrix({ data: pattern, rows: tokens, columns: tokens, full: 1, digits: n > 4 ? 1 : 2, caption: t(`Head ${at + 1}`, `头 ${at + 1}`) })}
                <button type="button" aria-pressed=${String(at === h)} @click=${() => this.#choose(at)}>
                  ${t(`Follow head ${at + 1}`, `跟踪头 ${at + 1}`)}
                </button>
              </div>`,
          )}`,
          t(
            `${n} patterns ${shape(tokens.length, tokens.length)}, d_head = ${width} / ${n} = ${d}.`,
            `${n} 个 ${shape(tokens.length, tokens.length)} 的模式，d_head = ${width} / ${n} = ${d}。`,
          ),
          codeOf('attention', t),
        )}
        ${this.#stage(
          t('Mix values, and concatenate', '混合值，再拼接'),
          formula(tex`Z = [A_1 V_1, \dots, A_h V_h]`),
          this.#matrix('Z', z),
          t(
            `Heads stand beside each other again: ${shape(tokens.length, width)}.`,
            `各头重新并排：${shape(tokens.length, width)}。`,
          ),
        )}
        ${this.#stage(
          t('Project back', '投影回去'),
          formula(tex`\operatorname{MultiHead}(X) = Z W_O`),
          matrix({ data: output, rows: tokens, columns, digits: 1, caption: t('Output', '输出') }),
          html`${t(
              'Here heads meet for the first time: every output number reads all of them. The operator ',
              '各头在这里第一次相遇：输出的每个数都读取所有的头。一步完成这一切的算子 ',
            )}<code>multiHeadAttention</code>${t(
              ' does it all in one call; largest difference: ',
              ' 与逐步计算的最大差别：',
            )}<strong data-fact="apart">${power(apart)}</strong>`,
          codeOf('multi_head_attention', t),
        )}
      </ol>
    `;
  }

  #choose(head: number): void {
    this.#head = head;
    this.requestUpdate();
  }

  /** A matrix `(tokens, groups * d_head)` with the columns of the chosen head, or of its group, marked. */
  #matrix(name: string, data: Float32Array, groups = this.#stages!.n): TemplateResult {
    const { n } = this.#stages!;
    const d = width / n;
    const own = Math.floor((this.#head * groups) / n);
    return matrix({
      data,
      rows: tokens,
      columns: columns.slice(0, groups * d),
      digits: 1,
      caption: name,
      chosen: (j) => Math.floor(j / d) === own,
    });
  }

  #stage(title: string, what: unknown, picture: TemplateResult, caption: unknown, code: unknown = ''): TemplateResult {
    return html`<li>
      <h3>${title}</h3>
      <p class="formula">${what}</p>
      <div class="stage-picture">${picture}</div>
      <p class="caption">${caption}</p>
      ${code}
    </li>`;
  }
}

/** `3` or `3–4`: the columns of a head of d columns, counted from 1. */
const range = (head: number, d: number): string =>
  d === 1 ? String(head + 1) : `${number(head * d + 1, 0)}–${number((head + 1) * d, 0)}`;

customElements.define('heads-section', HeadsSection);
