import { html, type PropertyValues, type TemplateResult } from 'lit';
import { numeric, oneOf } from '../rooms/attributes.ts';
import { menu, slider } from '../rooms/controls.ts';
import { codeOf, explain } from '../rooms/formula.ts';
import { defineHeatMap } from '../rooms/heatmap.ts';
import type { Lab } from '../rooms/lab.ts';
import { number } from '../rooms/matrix.ts';
import { examples } from '../rooms/examples.ts';
import { Room } from '../rooms/room.ts';
import { choice } from './choice.ts';
import { classLegend, classStyles } from './class-marks.ts';
import { answers, type Answer, type Way } from './dissimilarity-results.ts';
import { ladder, measureNames, measuresOf, stepOf, type Measure } from './dissimilarity-scores.ts';
import { classMatrix, pictureStyles } from './dissimilarity-pictures.ts';
import { projectionBench } from './dissimilarity-projection.ts';
import { chosenRow, vote, type Shown } from './dissimilarity-vote.ts';
import { iris } from './iris.ts';
import { ownTable, ownTableStyles } from './own-table.ts';
import { projectionNames, Projections, type Projected, type Projection } from './projection.ts';
import type { Reading } from './csv.ts';
import type { Table } from './table.ts';

const runSteps = 200;

/** From a matrix that says how alike any two are to attention: over Fisher's irises, or the visitor's own table. */
export class DissimilarityRoom extends Room {
  static override styles = [Room.styles, classStyles, pictureStyles, ownTableStyles];
  static override properties = {
    ...Room.properties,
    measure: oneOf(measureNames),
    standardised: oneOf(['off', 'on']),
    bandwidth: numeric(0, Infinity, 0.5),
    sign: oneOf(['nearest', 'flipped']),
    row: numeric(1, 500, 57),
    projection: oneOf(projectionNames),
    seed: numeric(0, 2 ** 31 - 1, 1),
  };
  declare measure: Measure;
  declare standardised: 'off' | 'on';
  declare bandwidth: number;
  declare sign: 'nearest' | 'flipped';
  declare row: number;
  declare projection: Projection;
  declare seed: number;
  #table: Table = iris;
  #reading: Reading | null = null;
  #answer: Answer | null = null;
  #projected: Projected | null = null;
  readonly #ask = answers();
  readonly #projections = new Projections();

  constructor() {
    super();
    this.measure = 'distance';
    this.standardised = 'off';
    this.bandwidth = 0.5;
    this.sign = 'nearest';
    this.row = 57;
    this.projection = 'pca';
    this.seed = 1;
  }

  protected override willUpdate(changes: PropertyValues): void {
    const mine = ['measure', 'standardised', 'bandwidth', 'sign', 'projection', 'seed'];
    if (mine.some((name) => changes.has(name))) this.changed();
  }

  protected override async compute({ engine }: Lab): Promise<void> {
    const table = this.#table;
    this.#answer = await this.#ask(engine, {
      table,
      isStandardised: this.standardised === 'on',
      measure: this.measure,
      bandwidth: this.bandwidth,
    });
    if (table.columns.length < 2) {
      this.#projected = null;
      return;
    }
    this.#projected = await this.#projections.compute(engine, this.#answer, {
      chosen: this.projection,
      seed: Math.round(this.seed),
      isFlipped: this.sign === 'flipped',
      isStill: matchMedia('(prefers-reduced-motion: reduce)').matches,
    });
    if (this.#projections.due > 0) requestAnimationFrame(() => this.changed());
  }

  protected override show(lab: Lab): TemplateResult {
    const { t } = this;
    const answer = this.#answer;
    return html`
      <p class="caption">${this.#caption()}</p>
      ${this.#examples()}
      ${
        answer
          ? html`<div class="bench">${this.#controls(lab)} ${this.#matrices(answer)}</div>
              <div class="bench two">${chosenRow(this.#shown(answer))} ${vote(this.#shown(answer))}</div>
              ${this.#projectionPart(answer)} ${this.#own()}`
          : html`<p class="waiting">${t('Computing…', '正在计算……')}</p>`
      }
    `;
  }

  #caption(): string {
    return this.#table === iris
      ? this.t(
          'A matrix says how alike every two flowers are. Softmax over its rows is attention: each flower asks all the others, not itself, what species it is. Click a row, move the bandwidth, then flip the sign and see the nearest neighbour lose its say.',
          '一个矩阵说明每两朵花有多像。对它的每一行做 softmax 就是注意力：每朵花都去问其他花（不问自己）“我是哪个品种”。点一行，移动带宽，再把符号反过来，看最近的邻居怎样失去发言权。',
        )
      : this.t(
          'A matrix says how alike every two rows of your table are. Softmax over it is attention: each row asks all the others, not itself. Click a row, move the bandwidth, then flip the sign and see the nearest neighbour lose its say.',
          '一个矩阵说明你的表格里每两行有多像。对它做 softmax 就是注意力：每一行都去问其他行，不问自己。点一行，移动带宽，再把符号反过来，看最近的邻居怎样失去发言权。',
        );
  }

  #examples(): TemplateResult {
    const { t } = this;
    const all: [string, Partial<DissimilarityRoom>][] = [
      [t('Listen to the neighbourhood', '听附近的'), { measure: 'distance', bandwidth: 0.2, sign: 'nearest' }],
      [t('Only the nearest: bandwidth 0', '只听最近的：带宽 0'), { bandwidth: 0, sign: 'nearest' }],
      [t('Everyone alike: bandwidth ∞', '一视同仁：带宽 ∞'), { bandwidth: Infinity }],
      [t('Flip the sign', '反转符号'), { bandwidth: 0.2, measure: 'distance', sign: 'flipped' }],
      [
        t('Raw dot product: the large win', '原始点积：大花说了算'),
        { measure: 'dot_product', bandwidth: 1, sign: 'nearest', standardised: 'off' },
      ],
    ];
    return examples(
      this.t,
      all.map(([name, state]) => [name, () => Object.assign(this, state)]),
    );
  }

  #controls(lab: Lab): TemplateResult {
    const { t } = this;
    const rows = measuresOf(lab);
    const row = rows.find(({ name }) => name === this.measure);
    const { table } = this.#answer!.question;
    return html`<div class="stack">
      ${menu({
        id: 'dissimilarity-measure',
        label: t('How alike', '怎样算像'),
        rows,
        chosen: this.measure,
        isChinese: this.isChinese,
        onChoose: (name) => (this.measure = name as Measure),
      })}
      <label class="check">
        <input
          type="checkbox"
          .checked=${this.standardised === 'on'}
          @change=${(event: Event) => (this.standardised = (event.target as HTMLInputElement).checked ? 'on' : 'off')}
        />
        ${t('Standardise: every column to mean 0, variance 1', '标准化：每列均值 0、方差 1')}
      </label>
      ${slider({
        id: 'dissimilarity-bandwidth',
        label: t('bandwidth', '带宽'),
        hint:
          this.measure === 'gaussian_kernel'
            ? t('h of the kernel', '核的 h')
            : t('temperature of the softmax', 'softmax 的温度'),
        value: stepOf(this.bandwidth),
        maximum: ladder.length - 1,
        text: number(this.bandwidth, this.bandwidth < 1 ? 3 : 1),
        onChange: (step) => (this.bandwidth = ladder[step]!),
      })}
      ${this.#signs()}
      ${slider({
        id: 'dissimilarity-row',
        label: t('row', '行'),
        hint: this.#told(table, this.#at(table)),
        value: this.#at(table) + 1,
        minimum: 1,
        maximum: table.rows,
        text: String(this.#at(table) + 1),
        onChange: (row) => (this.row = row),
      })}
      ${row ? explain(row, t) : ''} ${this.measure === 'distance' ? codeOf('pairwise_distances_operator', t) : ''}
    </div>`;
  }

  #signs(): TemplateResult {
    const { t } = this;
    const isDistance = this.measure === 'distance';
    // the kernel's own score has its bandwidth within
    const by = this.measure === 'gaussian_kernel' ? '' : t(' / bandwidth', ' / 带宽');
    const [plus, minus] = isDistance
      ? [
          t('softmax(−distance / bandwidth)', 'softmax(−距离 / 带宽)'),
          t('softmax(+distance / bandwidth)', 'softmax(+距离 / 带宽)'),
        ]
      : [t(`softmax(+score${by})`, `softmax(+分数${by})`), t(`softmax(−score${by})`, `softmax(−分数${by})`)];
    return choice({
      name: 'sign',
      label: isDistance
        ? t('A dissimilarity needs a minus', '相异度要加负号')
        : t('A similarity needs none; a minus makes it a dissimilarity', '相似度不用加；加了负号就成了相异度'),
      chosen: this.sign,
      all: { nearest: plus, flipped: minus },
      onChoose: (sign) => (this.sign = sign),
    });
  }

  /** The chosen row of a table, from 0. */
  #at(table: Table): number {
    return Math.min(Math.round(this.row), table.rows) - 1;
  }

  #className(table: Table, one: number): string {
    return (this.isChinese && table.zh ? table.zh.classes : table.classes)[one]!;
  }

  #told(table: Table, i: number): string {
    const own =
      table === iris
        ? this.t(`flower ${i + 1}`, `第 ${i + 1} 朵`)
        : this.t(`row ${table.places[i]}`, `第 ${table.places[i]} 行`);
    return table.labels ? `${own} (${this.#className(table, table.labels[i]!)})` : own;
  }

  #way(answer: Answer): Way {
    return this.sign === 'flipped' ? answer.flipped : answer.nearest;
  }

  #matrices(answer: Answer): TemplateResult {
    const { t } = this;
    const { table, measure } = answer.question;
    const n = table.rows;
    const names = {
      distance: t('Distances', '距离'),
      gaussian_kernel: t('Gaussian kernel', '高斯核'),
      cosine: t('Cosines', '余弦'),
      dot_product: t('Dot products', '点积'),
    };
    const shared = {
      table,
      at: this.#at(table),
      tell: (i: number, j: number, x: number) => `${this.#told(table, i)} – ${this.#told(table, j)}: ${number(x, 3)}`,
      onChoose: (row: number) => (this.row = row + 1),
    };
    return html`<div>
        ${classMatrix({ ...shared, map: answer.matrix, caption: `${names[measure]}, ${n} × ${n}` })}
        ${table.labels ? this.#legend(table) : ''}
      </div>
      <div>
        ${classMatrix({
          ...shared,
          map: this.#way(answer).weights,
          caption: t('Attention: the softmax of each row', '注意力：每行的 softmax'),
        })}
      </div>`;
  }

  #legend(table: Table): TemplateResult {
    const counts = table.classes.map((_, one) => table.labels!.filter((label) => label === one).length);
    return classLegend(
      table.classes.map((_, one) => this.#className(table, one)),
      counts,
    );
  }

  #shown(answer: Answer): Shown {
    const { table } = answer.question;
    return {
      t: this.t,
      answer,
      at: this.#at(table),
      isFlipped: this.sign === 'flipped',
      told: (row) => this.#told(table, row),
      className: (one) => this.#className(table, one),
    };
  }

  #projectionPart(answer: Answer): TemplateResult {
    const { table } = answer.question;
    const projected = this.#projected;
    return projectionBench({
      t: this.t,
      columns: this.isChinese && table.zh ? table.zh.columns : table.columns,
      answer,
      projected: projected?.answer.question.table === table ? projected : null,
      before: this.#way(answer).vote?.accuracy ?? null,
      at: this.#at(table),
      chosen: this.projection,
      seed: this.seed,
      isRunning: this.#projections.due > 0,
      tell: (i, j, x) => `${this.#told(table, i)} – ${this.#told(table, j)}: ${number(x, 3)}`,
      onChoose: (name) => (this.projection = name),
      onRow: (row) => (this.row = row + 1),
      onSeed: () => (this.seed = Math.round(this.seed) + 1),
      onFit: (steps) => {
        if (steps === null) this.#projections.restart();
        else this.#projections.due = steps;
        this.projection = 'fitted';
        this.changed();
      },
      runSteps,
    });
  }

  #own(): TemplateResult {
    return ownTable({
      t: this.t,
      reading: this.#reading,
      isIris: this.#table === iris,
      onReading: (reading) => {
        this.#reading = reading;
        if ('table' in reading) this.#take(reading.table, 'on');
        else this.requestUpdate();
      },
      onIris: () => {
        this.#reading = null;
        this.#take(iris, 'off');
      },
    });
  }

  #take(table: Table, standardised: 'off' | 'on'): void {
    this.#table = table;
    this.standardised = standardised;
    this.row = Math.min(this.row, table.rows);
    this.#projections.restart();
    this.changed();
  }
}

defineHeatMap();
