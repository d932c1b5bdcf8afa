import { html, type PropertyValues, type TemplateResult } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { matrix, number } from '../../src/elements/rooms/matrix.ts';
import { plane, type Arrow, type Tie } from '../../src/elements/rooms/plane.ts';
import { channels, channelsOf, colourOf, firstVectors, hexOf, rowOf, sceneOf, sources } from './scene.ts';
import type { Scene, Source, Vectors } from './scene.ts';
import { PageSection } from './pageSection.ts';
import { failureMessage } from '../../src/elements/rooms/section.ts';
import { attend, makeSetting, settingControls, settingFacts, type Outcome, type Setting } from './setting.ts';
import { styled } from '../../src/elements/rooms/styled.ts';

const sides = ['A', 'B'];
/** Of a number that is typed. */
const farthest = 100;

interface Side {
  setting: Setting;
  /** The last one that could be computed, with what it was computed from. */
  result: { outcome: Outcome; scene: Scene } | null;
  failure: { code: string; message: string } | null;
}

/**
 * Queries, keys and values under the visitor's hand, attended to in two ways at once. Attributes `a` and `b`: what a side
 * begins with, `scoring,normalisation,structure`, of which the last ones may be left out.
 */
class VectorsSection extends PageSection {
  static override properties = { a: {}, b: {} };
  declare a: string | null;
  declare b: string | null;
  #vectors = firstVectors;
  #source: Source = 'two';
  #keyWidth: 2 | 3 = 2;
  #selected = 0;
  #sides: Side[] = [makeSetting('scaled_dot_product'), makeSetting('additive')].map((setting) => ({
    setting,
    result: null,
    failure: null,
  }));

  protected override willUpdate(changes: PropertyValues): void {
    super.willUpdate(changes);
    (['a', 'b'] as const).forEach((name, at) => {
      if (!changes.has(name)) return;
      const [scoring, ...others] = (this[name] ?? '').split(',').filter((part) => part !== '');
      if (scoring === undefined) return;
      this.#sides[at]!.setting = makeSetting(scoring, ...others.slice(0, 2));
      this.recompute();
    });
  }

  protected override async compute(lab: Lab): Promise<void> {
    const scene = sceneOf(this.#vectors, this.#source, this.#keyWidth);
    await Promise.all(
      this.#sides.map(async (side) => {
        try {
          side.result = { outcome: await attend(lab, side.setting, scene), scene };
          side.failure = null;
        } catch (error) {
          const { code = '', message = String(error) } = (error ?? {}) as { code?: string; message?: string };
          side.failure = { code, message };
        }
      }),
    );
  }

  protected override show(lab: Lab): TemplateResult {
    const { t } = this;
    const scene = sceneOf(this.#vectors, this.#source, this.#keyWidth);
    this.#selected = Math.min(this.#selected, scene.queries.length - 1);
    return html`
      <div class="bench">
        <div class="stack">
          ${this.#plane(scene)}
          <p class="caption">
            ${t(
              'Drag a tip, or focus it and press the arrow keys. Filled: keys, in the colour of their value. Ringed: queries, in the colours that A (left half) and B (right half) mix for them; lines as thick as the weights of the chosen query.',
              '拖动箭头的尖端，或选中后按方向键。实心：键，颜色就是它的值。带环：查询，左半是 A、右半是 B 为它混合出的颜色；连线的粗细是所选查询的权重。',
            )}
          </p>
          ${this.#sources()} ${this.#numbers(scene)}
        </div>
        ${this.#sides.map((side, at) => this.#side(lab, side, at))}
      </div>
    `;
  }

  #plane({ queries, keys, q, k, v }: Scene): TemplateResult {
    const mixed = (i: number): string[] =>
      this.#sides.map(({ result }) => {
        const { outcome, scene } = result ?? {};
        return colourOf(outcome && i < scene!.queries.length ? rowOf(outcome.output, i) : []);
      });
    const arrow = (name: string, kind: Arrow['kind'], [x, y]: number[], colours: string[]): Arrow => ({
      ...{ name, kind, x: x!, y: y!, colours },
      fixed: kind === 'query' && this.#source === 'one',
    });
    const keyArrows = keys.map((name, j) => arrow(name, 'key', rowOf(k, j), [colourOf(rowOf(v, j))]));
    const queryArrows = queries.map((name, i) => arrow(name, 'query', rowOf(q, i), mixed(i)));
    const from = queryArrows[this.#selected]!;
    const ties = this.#sides.flatMap(({ result }, side) =>
      result && this.#selected < result.scene.queries.length
        ? keyArrows.map((to, j): Tie => ({ from, to, weight: rowOf(result.outcome.pattern, this.#selected)[j]!, side }))
        : [],
    );
    return plane({
      label: this.t('Queries and keys in the plane', '平面上的查询和键'),
      arrows: [...queryArrows, ...keyArrows],
      ties,
      selected: from.name,
      hint: this.t('Arrow keys move it.', '方向键移动。'),
      onMove: (name, x, y) => this.#move(name, [Number(x.toFixed(2)), Number(y.toFixed(2))]),
      onSelect: (name) => {
        const place = queries.indexOf(name);
        if (place < 0 || place === this.#selected) return;
        this.#selected = place;
        this.requestUpdate();
      },
    });
  }

  /** `q2`, `k1` or `v3`: a row of that matrix; `x1` is a key that is its own query. */
  #move(name: string, point: readonly number[]): void {
    const letter = name[0] === 'x' ? 'k' : (name[0] as keyof Vectors);
    const place = Number(name.slice(1)) - 1;
    const replace = (row: number[]): number[] => row.map((old, d) => point[d] ?? old);
    this.#vectors = {
      ...this.#vectors,
      [letter]: this.#vectors[letter].map((row, i) => (i === place ? replace(row) : row)),
    };
    this.changed();
  }

  #sources(): TemplateResult {
    const { t } = this;
    const names = {
      two: t('two sequences: queries of their own', '两个序列：查询另有来源'),
      one: t('one sequence: each vector is query and key', '一个序列：每个向量既是查询也是键'),
      learned: t('learned queries: two weights of a model', '可学习的查询：模型的两个权重'),
    };
    return html`<div class="field">
      <label for="vectors-source">${t('Where queries come from', '查询从哪里来')}</label>
      <select
        id="vectors-source"
        @change=${(event: Event) => {
          this.#source = (event.target as HTMLSelectElement).value as Source;
          this.changed();
        }}
      >
        ${sources.map((name) => html`<option value=${name} ?selected=${name === this.#source}>${names[name]}</option>`)}
      </select>
    </div>`;
  }

  #numbers({ queries, keys }: Scene): TemplateResult {
    const { t } = this;
    const { q, k, v } = this.#vectors;
    const width = this.#keyWidth;
    const showsQueries = this.#source !== 'one';
    const field = (name: string, row: number[], d: number): TemplateResult =>
      html`<td>
        <input
          type="number"
          step="0.1"
          aria-label="${name}, ${d + 1}"
          .value=${String(row[d]!)}
          @change=${(event: Event) => this.#type(name, row, d, event.target as HTMLInputElement)}
        />
      </td>`;
    const query = (i: number): TemplateResult =>
      queries[i] === undefined
        ? html`<td colspan="3"></td>`
        : html`<th scope="row">${queries[i]}</th>
            ${q[i]!.map((_, d) => field(queries[i]!, q[i]!, d))}`;
    return html`
      <table class="numbers">
        <caption>
          ${t('The numbers; a value is a colour', '这些数字；值是一种颜色')}
        </caption>
        <tbody>
          ${keys.map(
            (name, i) =>
              html`<tr>
                ${showsQueries ? query(i) : ''}
                <th scope="row">${name}</th>
                ${k[i]!.slice(0, width).map((_, d) => field(name, k[i]!, d))}
                <td>
                  <input
                    type="color"
                    aria-label="v${i + 1}"
                    title=${v[i]!.map((x) => number(x)).join(', ')}
                    .value=${hexOf(v[i]!)}
                    @input=${(event: Event) => this.#move(`v${i + 1}`, channelsOf((event.target as HTMLInputElement).value))}
                  />
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      <div class="row">
        <label class="check">
          <input
            type="checkbox"
            .checked=${width === 3}
            @change=${(event: Event) => {
              this.#keyWidth = (event.target as HTMLInputElement).checked ? 3 : 2;
              this.changed();
            }}
          />
          ${t('Keys with a third number: longer than the queries', '键多一个数：比查询更长')}
        </label>
        <button
          type="button"
          @click=${() => {
            this.#vectors = firstVectors;
            this.#source = 'two';
            this.#keyWidth = 2;
            this.changed();
          }}
        >
          ${t('Back to the start', '恢复初始')}
        </button>
      </div>
    `;
  }

  #type(name: string, row: number[], d: number, input: HTMLInputElement): void {
    const typed = input.valueAsNumber;
    // Something that is no number, or far off the plane, leaves the last one.
    if (!(Math.abs(typed) <= farthest)) input.value = String(row[d]);
    else
      this.#move(
        name,
        row.map((old, at) => (at === d ? typed : old)),
      );
  }

  #side(lab: Lab, side: Side, at: number): TemplateResult {
    const { t } = this;
    const name = sides[at]!;
    return html`<section class="side side-${at}" aria-label=${t(`Setting ${name}`, `设置 ${name}`)}>
      <h3>${name}</h3>
      ${settingControls({
        id: `vectors-${name}`,
        lab,
        setting: side.setting,
        isChinese: this.isChinese,
        t,
        onChange: (setting) => {
          side.setting = setting;
          this.changed();
        },
      })}
      ${side.failure ? this.#whyNot(side.failure) : ''} ${side.result ? this.#outcome(side) : ''}
      ${settingFacts(lab, side.setting, t)}
    </section>`;
  }

  #whyNot(failure: { code: string; message: string }): TemplateResult {
    const { t } = this;
    const widths = failure.code === 'argument_shape' && this.#keyWidth === 3;
    const why = t(
      'This score multiplies or subtracts component by component, so both vectors need as many. Additive, general and embedded scores map queries and keys first: they take any two lengths.',
      '这种打分逐个分量相乘或相减，两个向量必须一样长。加性、一般和嵌入式打分先做线性映射，长度可以不同。',
    );
    return html`${failureMessage(failure, t)} ${widths ? html`<p class="caption">${why}</p>` : ''}`;
  }

  #outcome({ result, failure }: Side): TemplateResult {
    const { t } = this;
    const { scores, masked, pattern, output } = result!.outcome;
    const { queries: rows, keys: columns } = result!.scene;
    const hidden = (i: number, j: number): boolean => masked.data[i * columns.length + j] === -Infinity;
    const shared = { rows, marked: this.#selected };
    const sum = (i: number): string => number(rowOf(pattern, i).reduce((a, b) => a + b, 0));
    return html`<div class=${classMap({ tables: true, stale: failure !== null })}>
      ${matrix({ ...shared, columns, data: scores.data, hidden, caption: t('Scores; struck out: hidden', '分数；划去的：被掩盖') })}
      ${matrix({
        ...shared,
        columns,
        data: pattern.data,
        full: 1,
        hidden,
        caption: t('Weights', '权重'),
        last: { head: t('sum', '和'), cell: sum },
      })}
      ${matrix({
        ...shared,
        columns: channels,
        data: output.data,
        full: 1,
        caption: t('Output: the mixed value', '输出：混合后的值'),
        last: {
          head: '',
          cell: (i) => html`<span class="swatch" ${styled({ background: colourOf(rowOf(output, i)) })}></span>`,
        },
      })}
    </div>`;
  }
}

customElements.define('vectors-section', VectorsSection);
