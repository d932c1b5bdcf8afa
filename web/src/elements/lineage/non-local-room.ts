import { css, html, type PropertyValues, type TemplateResult } from 'lit';
import { numeric, oneOf } from '../rooms/attributes.ts';
import { labelOf } from '../rooms/controls.ts';
import { codeOf, explain, formula, tex } from '../rooms/formula.ts';
import type { Lab } from '../rooms/lab.ts';
import { number } from '../rooms/matrix.ts';
import { definePictureField, type Place } from '../rooms/picture-field.ts';
import { examples } from '../rooms/examples.ts';
import { Room } from '../rooms/room.ts';
import { mapNames, type MapsName } from './non-local-maps.ts';
import { controls, pictureNames } from './non-local-controls.ts';
import { numbers, twin } from './non-local-numbers.ts';
import { answers, kinds, positionOf, rowOf, side, type Answer, type Kind } from './non-local-results.ts';
import type { Shipped } from './pictures.ts';

/** The non-local block on features of a picture: four ways to compare, and the one that is attention. */
export class NonLocalRoom extends Room {
  static override styles = [
    Room.styles,

    css`
      .kinds {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 1rem 1.25rem;
        margin-block: 1.25rem;
      }
      @container (min-width: 44rem) {
        .kinds {
          grid-template-columns: repeat(4, minmax(0, 1fr));
        }
      }
      figure,
      .note,
      .settings .row {
        margin: 0;
      }
      .kinds .name {
        width: 100%;
        margin-top: 0.35rem;
        text-align: start;
      }
      .kinds .name[aria-pressed='true'] {
        border-color: var(--attn-accent);
        color: var(--attn-accent);
      }
      .kinds p,
      .large figcaption {
        margin: 0.25rem 0 0;
      }
      .named .matrix tr > :first-child {
        width: 4.2rem;
        padding-inline: 0;
        white-space: nowrap;
      }
      .named.words .matrix tr > :first-child {
        width: 6rem;
      }
      @container (max-width: 26rem) {
        .formula {
          font-size: 0.8rem;
        }
        .named .matrix,
        .named .matrix.dense {
          font-size: 0.6875rem;
        }
        .named .matrix th,
        .named .matrix tbody td {
          padding-inline: 0.05rem;
        }
        .named .matrix tr > :first-child {
          width: 3.1rem;
        }
        .named.words .matrix tr > :first-child {
          width: 3.6rem;
        }
      }
      .large picture-field {
        max-width: 28rem;
      }
    `,
  ];
  static override properties = {
    ...Room.properties,
    picture: oneOf(pictureNames),
    kind: oneOf(kinds),
    normalisation: oneOf(['paper', 'softmax']),
    maps: oneOf(mapNames),
    seed: numeric(0, 2 ** 20, 1),
    zero: oneOf(['off', 'on']),
    row: numeric(0, side - 1, 20),
    column: numeric(0, side - 1, 14),
  };
  declare picture: Shipped;
  declare kind: Kind;
  declare normalisation: 'paper' | 'softmax';
  declare maps: MapsName;
  declare seed: number;
  declare zero: 'off' | 'on';
  declare row: number;
  declare column: number;
  #answer: Answer | null = null;
  readonly #ask = answers();

  constructor() {
    super();
    this.picture = pictureNames[0];
    this.kind = kinds[0];
    this.normalisation = 'paper';
    this.maps = mapNames[0];
    this.seed = 1;
    this.zero = 'off';
    this.row = 20;
    this.column = 14;
  }

  protected override willUpdate(changes: PropertyValues): void {
    const mine = ['picture', 'kind', 'normalisation', 'maps', 'seed', 'zero', 'row', 'column'];
    if (mine.some((name) => changes.has(name))) this.changed();
  }

  protected override async compute({ engine }: Lab): Promise<void> {
    this.#answer = await this.#ask(engine, {
      picture: this.picture,
      kind: this.kind,
      normalisation: this.normalisation,
      maps: this.maps,
      seed: Math.round(this.seed),
      isZero: this.zero === 'on',
      at: this.#place,
    });
  }

  protected override show(lab: Lab): TemplateResult {
    const { t } = this;
    const answer = this.#answer;
    return html`
      <p class="caption">
        ${t(
          `Every pixel of a ${side} × ${side} picture has eight features. The block compares them with those of all ${side * side} pixels, averages, and adds the result to what was there. Click anywhere: red is where that pixel looks. Blue, with 1/N, is a weight below zero.`,
          `一张 ${side} × ${side} 的图，每个像素有八个特征。非局部模块拿它和全部 ${side * side} 个像素比较，求平均，再加回原来的特征。点任意一处：红色是这个像素在看的地方；用 1/N 时，蓝色是小于零的权重。`,
        )}
      </p>
      ${this.#examples()}
      ${
        answer
          ? html`<div class="bench">${this.#large(lab, answer)} ${this.#controls()} ${numbers(answer, t)}</div>
              <div class="kinds">${kinds.map((kind) => this.#small(lab, answer, kind))}</div>
              <div class="bench two">${this.#explained(lab)} ${twin(answer, t)}</div>`
          : html`<p class="waiting">${t('Computing…', '正在计算……')}</p>`
      }
    `;
  }

  #examples(): TemplateResult {
    const { t } = this;
    const all: [string, Partial<NonLocalRoom>][] = [
      [
        t('Attention: embedded Gaussian', '就是注意力：嵌入高斯'),
        { kind: 'embedded_gaussian', normalisation: 'paper', zero: 'off' },
      ],
      [
        t('Weights below zero: dot product, 1/N', '小于零的权重：点积，1/N'),
        { kind: 'dot_product', normalisation: 'paper' },
      ],
      [t('The same scores with softmax', '同样的分数用 softmax'), { kind: 'dot_product', normalisation: 'softmax' }],
      [t('A fresh block: W_z = 0', '刚插入的模块：W_z = 0'), { zero: 'on' }],
    ];
    return examples(
      this.t,
      all.map(([name, state]) => [name, () => Object.assign(this, state)]),
    );
  }

  #controls(): TemplateResult {
    const { picture, maps, seed, normalisation, zero } = this;
    return controls({
      t: this.t,
      state: { picture, maps, seed, normalisation, zero },
      onChange: (change) => Object.assign(this, change),
    });
  }

  /** Where the visitor is; what is computed may be a step behind. */
  get #place(): Place {
    return { row: Math.round(this.row), column: Math.round(this.column) };
  }

  #name(lab: Lab, kind: Kind): string {
    const row = lab.scoring.find(({ name }) => name === `non_local_${kind}`);
    // the table's labels say "Non-local: ..."
    const name = row ? labelOf(row, this.isChinese).replace(/^.*[:：]\s*/, '') : kind;
    return name[0]!.toUpperCase() + name.slice(1);
  }

  #how(kind: Kind): string {
    const isCount = this.normalisation === 'paper' && (kind === 'dot_product' || kind === 'concatenation');
    return isCount ? '1/N' : 'softmax';
  }

  #weights({ blocks, question }: Answer, kind: Kind): { data: Float32Array; full: number } {
    const data = rowOf(blocks[kind].pattern, positionOf(question.at));
    return { data, full: data.reduce((most, one) => Math.max(most, Math.abs(one)), 0) || 1 };
  }

  #large(lab: Lab, answer: Answer): TemplateResult {
    const { t } = this;
    const { kind, at } = answer.question;
    const { data, full } = this.#weights(answer, kind);
    const sum = data.reduce((a, b) => a + b, 0);
    const name = this.#name(lab, kind);
    return html`<div class="stack">
      <figure class="large">
        <picture-field
          .picture=${answer.picture}
          .overlay=${{ data, full }}
          .at=${this.#place}
          .label=${t(`Where a pixel looks, ${name}`, `像素看向哪里，${name}`)}
          @pixel-select=${({ detail }: CustomEvent<Place>) => Object.assign(this, detail)}
        ></picture-field>
        <figcaption class="soft">
          ${t(
            `${name}, ${this.#how(kind)}. Click, drag, or press the arrow keys.`,
            `${name}，${this.#how(kind)}。点击、拖动或按方向键。`,
          )}
        </figcaption>
      </figure>
      <dl class="facts">
        <dt>${t('Position (row, column)', '位置（行，列）')}</dt>
        <dd>${at.row}, ${at.column}</dd>
        <dt>${t('Largest weight', '最大的权重')}</dt>
        <dd data-fact="largest">${number(data[answer.strongest]!, 4)}</dd>
        <dt>${t('Sum of the weights', '权重之和')}</dt>
        <dd data-fact="sum">${number(sum, 3)}</dd>
      </dl>
    </div>`;
  }

  #small(lab: Lab, answer: Answer, kind: Kind): TemplateResult {
    const name = this.#name(lab, kind);
    const { row, column } = answer.question.at;
    return html`<figure>
      <picture-field
        .picture=${answer.picture}
        .overlay=${this.#weights(answer, kind)}
        .frames=${[{ row, column, height: 1, width: 1, kind: 'patch' as const }]}
        .label=${name}
      ></picture-field>
      <button type="button" class="name" aria-pressed=${String(kind === this.kind)} @click=${() => (this.kind = kind)}>
        ${name} <span class="soft">${this.#how(kind)}</span>
      </button>
    </figure>`;
  }

  #explained(lab: Lab): TemplateResult {
    const { t } = this;
    const row = lab.scoring.find(({ name }) => name === `non_local_${this.kind}`);
    const used = lab.normalisation.find(({ name }) => name === (this.#how(this.kind) === '1/N' ? 'count' : 'softmax'));
    return html`<div>
      <h3>${t('The formulas', '公式')}</h3>
      ${row ? explain(row, t) : ''} ${used ? explain(used, t) : ''}
      <div class="explained">
        <p class="formula">${formula(tex`y_i = \sum_j p_{ij}\, g(x_j), \qquad z_i = y_i W_z + x_i`)}</p>
        <p class="soft">Wang et al. 2018, Non-local Neural Networks, equations 1 and 6</p>
        ${codeOf('non_local_block_operator', t)}
      </div>
    </div>`;
  }
}

definePictureField();
