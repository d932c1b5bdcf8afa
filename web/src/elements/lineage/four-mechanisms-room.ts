import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Facts } from '../../engine/types.ts';
import { numeric, oneOf } from '../rooms/attributes.ts';
import { parameterSlider, slider } from '../rooms/controls.ts';
import { codeOf, explain, formula, tex } from '../rooms/formula.ts';
import type { Lab } from '../rooms/lab.ts';
import { matrix, number } from '../rooms/matrix.ts';
import { definePictureField, type Picture, type Place } from '../rooms/picture-field.ts';
import { Room } from '../rooms/room.ts';
import { placeName, shade } from './denoising-pixel.ts';
import { fourStyles } from './four-styles.ts';
import { mechanisms, weigh, type Ground, type Mechanism, type Weighing } from './four-weights.ts';
import { fitted, noisy, pixelOf, placeIn, tensorOf } from './pictures.ts';
import { choices, choiceStyles, definePictureChoice, type Choice, type Chosen } from './picture-choice.ts';
import { stencilNames, stencils, type StencilName } from './stencils.ts';

/** Attention over all pixels is shown for pictures up to this side. */
const side = 64;
/** Weights that may be drawn in full colour. */
const fulls = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.5, 1];
const noiseSteps = 30;
const noiseStep = 0.01;
const legendCells = 81;

/** One pixel, four mechanisms: where the weights of an average may come from. */
export class FourMechanismsRoom extends Room {
  static override styles = [Room.styles, choiceStyles, fourStyles];
  static override properties = {
    ...Room.properties,
    picture: oneOf(choices),
    noise: numeric(0, 1, 0),
    sigma: numeric(0, Infinity, 2),
    h: numeric(0, Infinity, 0.05),
    patch: numeric(1, 31, 5),
    search: numeric(1, 63, 41),
    stencil: oneOf(stencilNames),
    temperature: numeric(0, 100, 0.4),
    full: numeric(0.0001, 1, 0.01),
    row: numeric(0, Infinity, 26),
    column: numeric(0, Infinity, 32),
  };
  declare picture: Choice;
  declare noise: number;
  declare sigma: number;
  declare h: number;
  declare patch: number;
  declare search: number;
  declare stencil: StencilName;
  declare temperature: number;
  declare full: number;
  declare row: number;
  declare column: number;
  #clean: Picture | null = null;
  #pictures = 0;
  #ground: Ground | null = null;
  #filters: readonly Facts[] = [];
  #found: { at: Place; ground: Ground; all: Record<Mechanism, Weighing> } | null = null;

  constructor() {
    super();
    definePictureField();
    definePictureChoice();
    this.picture = 'brick';
    this.noise = 0;
    this.sigma = 2;
    this.h = 0.05;
    [this.patch, this.search] = [5, 41];
    this.stencil = 'mean';
    this.temperature = 0.4;
    this.full = 0.01;
    [this.row, this.column] = [26, 32];
  }

  protected override willUpdate(changes: PropertyValues): void {
    const computed = ['noise', 'sigma', 'h', 'patch', 'search', 'stencil', 'temperature', 'row', 'column'];
    if (computed.some((name) => changes.has(name))) this.recompute();
  }

  protected override async compute(lab: Lab): Promise<void> {
    if (!this.#clean) return;
    if (this.#filters.length === 0) this.#filters = await lab.engine.imageFilters();
    const ground = await this.#groundOf(lab, this.#clean);
    const at = placeIn(ground.picture, this);
    const all = await weigh(lab, ground, at, this);
    [this.#ground, this.#found] = [ground, { at, ground, all }];
  }

  async #groundOf({ engine }: Lab, clean: Picture): Promise<Ground> {
    const key = `${this.#pictures} ${this.noise}`;
    if (this.#ground?.key === key) return this.#ground;
    const picture = noisy(fitted(clean, side), this.noise, 1);
    return { key, picture, features: await engine.localFeatures(tensorOf(picture)) };
  }

  protected override show(lab: Lab): TemplateResult {
    const { t } = this;
    return html`
      <p class="caption">
        ${t(
          'Click a pixel: each of the four pictures shows how much every pixel counts for it, in the same colours. All four are sums of pixels times weights; watch where the weights come from.',
          '点一个像素：四张图用同一种颜色显示每个像素为它算多少。四种机制都是像素乘权重再相加；看看权重从哪里来。',
        )}
      </p>
      <picture-choice
        .choice=${this.picture}
        .isChinese=${this.isChinese}
        @choose=${(event: CustomEvent<Chosen>) => this.#choose(event.detail)}
      ></picture-choice>
      ${
        this.#found
          ? html`<div class="scale">
                <div>${this.#noise()} ${this.#pixel()}</div>
                ${this.#legend()}
              </div>
              <div class="four">${mechanisms.map((name) => this.#mechanism(lab, name))}</div>`
          : nothing
      }
    `;
  }

  #choose({ choice, picture }: Chosen): void {
    this.#clean = picture;
    this.#pictures += 1;
    if (choice !== 'own') this.picture = choice;
    this.changed();
  }

  #noise(): TemplateResult {
    return slider({
      id: 'four-noise',
      label: this.t('noise', '噪声'),
      hint: this.t('standard deviation', '标准差'),
      value: this.noise / noiseStep,
      maximum: noiseSteps,
      text: number(this.noise),
      onChange: (step) => (this.noise = Number((step * noiseStep).toFixed(2))),
    });
  }

  #pixel(): TemplateResult {
    const { at, ground } = this.#found!;
    return html`<dl class="facts">
      <dt>${this.t('Chosen pixel', '所选像素')} ${placeName(at)}</dt>
      <dd data-fact="pixel">${shade(pixelOf(ground.picture, at), 3)}</dd>
    </dl>`;
  }

  /** The one scale of colours, painted as the pictures are. */
  #legend(): TemplateResult {
    const { t } = this;
    const middle = (legendCells - 1) / 2;
    const grey: Picture = { height: 1, width: legendCells, channels: 1, data: Array(legendCells).fill(0.5) };
    const data = Array.from(grey.data, (_, at) => (at - middle) / middle);
    return html`<div class="legend">
      ${slider({
        id: 'four-full',
        label: t('full colour', '最深的颜色'),
        hint: t('at a weight of', '对应的权重'),
        value: fulls.findIndex((full) => full >= this.full),
        maximum: fulls.length - 1,
        text: number(this.full, 3),
        onChange: (step) => (this.full = fulls[step]!),
      })}
      <picture-field
        .picture=${grey}
        .overlay=${{ data, full: 1 }}
        .label=${t('Colours of the weights', '权重的颜色')}
      ></picture-field>
      <p class="ends soft"><span>−${number(this.full, 3)}</span><span>0</span><span>${number(this.full, 3)}</span></p>
    </div>`;
  }

  #mechanism(lab: Lab, name: Mechanism): TemplateResult {
    const { t } = this;
    const { ground, all } = this.#found!;
    const { weights, value, half } = all[name];
    const title = this.#titles()[name];
    return html`<section data-mechanism=${name}>
      <h3>${title}</h3>
      <picture-field
        .picture=${ground.picture}
        .overlay=${{ data: weights, full: this.full }}
        .at=${placeIn(ground.picture, this)}
        .label=${title}
        @pixel-select=${({ detail }: CustomEvent<Place>) => ([this.row, this.column] = [detail.row, detail.column])}
      ></picture-field>
      <p class="decides">${this.#reasons()[name]}</p>
      <dl class="facts">
        <dt>${name === 'convolution' ? t('Weighted sum', '加权和') : t('Weighted mean', '加权平均')}</dt>
        <dd data-fact="value">${shade(value, 3)}</dd>
        <dt>${t(`Pixels with half of the weight`, '承担一半权重的像素')}</dt>
        <dd><span data-fact="half">${half}</span> / ${weights.length}</dd>
      </dl>
      ${this.#own(lab, name)}
    </section>`;
  }

  #titles(): Record<Mechanism, string> {
    const { t } = this;
    return {
      regression: t('Kernel regression', '核回归'),
      non_local_means: t('Non-local means', '非局部均值'),
      convolution: t('Convolution', '卷积'),
      attention: t('Self-attention', '自注意力'),
    };
  }

  /** What decides the weight. */
  #reasons(): Record<Mechanism, string> {
    const { t } = this;
    return {
      regression: t('Place decides: what is near counts.', '位置说了算：近的算数。'),
      non_local_means: t(
        'The patch decides: what looks alike around it counts, near or far.',
        '小块说了算：周围长得像的就算数，不论远近。',
      ),
      convolution: t(
        'A fixed stencil decides: the same numbers at every pixel, negative ones too.',
        '固定的模板说了算：每个像素用同样的数，可以是负的。',
      ),
      attention: t(
        'A dot product of features decides. In a network the features are learned; here they are brightness, blur, edges and spread.',
        '特征的点积说了算。在网络里特征是学来的，这里是亮度、模糊、边缘和起伏。',
      ),
    };
  }

  /** A mechanism's own controls, formula and code. */
  #own(lab: Lab, name: Mechanism): TemplateResult {
    const row = (filter: string): Facts => this.#filters.find((one) => one.name === filter)!;
    if (name === 'regression') return html`${this.#knob(row('gaussian'), 'sigma')} ${explain(row('gaussian'), this.t)}`;
    if (name === 'non_local_means')
      return html`${this.#knob(row('non_local_means'), 'h')} ${explain(row('non_local_means'), this.t)}`;
    if (name === 'convolution') return this.#stencil();
    const scoring = lab.scoring.find((one) => one.name === 'scaled_dot_product')!;
    const softmax = lab.normalisation.find((one) => one.name === 'softmax')!;
    return html`${this.#knob(softmax, 'temperature')} ${explain(scoring, this.t)}`;
  }

  #knob(row: Facts, name: 'sigma' | 'h' | 'temperature'): TemplateResult {
    return parameterSlider({
      id: `four-${name}`,
      parameter: row.params.find((one) => one.name === name)!,
      value: this[name],
      isChinese: this.isChinese,
      onChange: (value) => (this[name] = value),
    });
  }

  #stencil(): TemplateResult {
    const { t } = this;
    const { side: length, weights } = stencils[this.stencil];
    const places = Array.from({ length }, (_, i) => String(i - (length - 1) / 2).replace('-', '−'));
    return html`<div class="field">
        <label for="four-stencil">${t('Stencil', '模板')}</label>
        <select
          id="four-stencil"
          @change=${(event: Event) => (this.stencil = (event.target as HTMLSelectElement).value as StencilName)}
        >
          ${stencilNames.map(
            (name) =>
              html`<option value=${name} ?selected=${name === this.stencil}>
                ${t(stencils[name].label, stencils[name].label_zh)}
              </option>`,
          )}
        </select>
      </div>
      ${matrix({ data: weights, rows: places, columns: places, caption: t('Its weights', '它的权重') })}
      <div class="explained">
        <p class="formula">${formula(tex`y_p = \sum_t w_t\, I_{p + t}`)}</p>
        ${codeOf('correlate', t)}
      </div>`;
  }
}
