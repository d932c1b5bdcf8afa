import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Facts } from '../../engine/types.ts';
import { numeric, oneOf } from '../rooms/attributes.ts';
import { explain } from '../rooms/formula.ts';
import { defineHeatMap } from '../rooms/heatmap.ts';
import type { Lab } from '../rooms/lab.ts';
import { number } from '../rooms/matrix.ts';
import { definePictureField, type Picture, type Place } from '../rooms/picture-field.ts';
import { Room } from '../rooms/room.ts';
import {
  attend,
  attentionBlock,
  patchesOf,
  reaches,
  type AttentionRow,
  type Patches,
  type Reach,
} from './denoising-attention.ts';
import { controls } from './denoising-controls.ts';
import { filter, isCurrent, shots, verdict, type Bench, type Scene } from './denoising-filters.ts';
import { facts, frames, look, maps, meaningOf, patchTables, stage, type Look } from './denoising-pixel.ts';
import { denoisingStyles } from './denoising-styles.ts';
import { noisy, placeIn, tensorOf } from './pictures.ts';
import { choices, choiceStyles, definePictureChoice, type Choice, type Chosen } from './picture-choice.ts';

/** Parameters of the filters by their names in the table, each an attribute: the smallest, the largest, the first. */
const knobs: Record<string, readonly [number, number, number]> = {
  sigma: [0, Infinity, 0.7],
  radius: [0, 31, 4],
  sigma_space: [0, Infinity, 1.5],
  sigma_range: [0, Infinity, 0.12],
  h: [0, Infinity, 0.06],
  patch: [1, 31, 5],
  search: [1, 63, 21],
};

/** Denoising by averages: over what is near, over what is near and alike, over what is alike wherever it lies. */
export class DenoisingRoom extends Room {
  static override styles = [Room.styles, choiceStyles, denoisingStyles];
  static override properties = {
    ...Room.properties,
    ...Object.fromEntries(Object.entries(knobs).map(([name, range]) => [name, numeric(...range)])),
    picture: oneOf(choices),
    noise: numeric(0, 1, 0.06),
    seed: numeric(0, 2 ** 31, 1),
    filter: {},
    row: numeric(0, Infinity, 58),
    column: numeric(0, Infinity, 64),
    reach: oneOf(reaches),
  };
  declare picture: Choice;
  declare noise: number;
  declare seed: number;
  declare filter: string;
  declare row: number;
  declare column: number;
  declare reach: Reach;
  #clean: Picture | null = null;
  #pictures = 0;
  #version = 0;
  #scene: Scene | null = null;
  #benches: Bench[] = [];
  #look: Look | null = null;
  #patches: Patches | null = null;
  #attention: AttentionRow | null = null;

  constructor() {
    super();
    definePictureField();
    defineHeatMap();
    definePictureChoice();
    this.picture = 'brick';
    this.noise = 0.06;
    this.seed = 1;
    this.filter = 'non_local_means';
    [this.row, this.column] = [58, 64];
    this.reach = 'window';
    for (const [name, [, , standard]] of Object.entries(knobs)) Object.assign(this, { [name]: standard });
  }

  protected override willUpdate(changes: PropertyValues): void {
    const own = Object.keys(DenoisingRoom.properties).filter((name) => !(name in Room.properties));
    if (own.some((name) => name !== 'picture' && changes.has(name))) this.recompute();
  }

  /** What is under way stops where it can. */
  protected override recompute(): void {
    this.#version += 1;
    super.recompute();
  }

  #paramsOf(row: Facts): Record<string, number> {
    const set = this as unknown as Partial<Record<string, number>>;
    return Object.fromEntries(row.params.map(({ name, standard }) => [name, set[name] ?? standard]));
  }

  protected override async compute(lab: Lab): Promise<void> {
    if (!this.#clean) return;
    const version = this.#version;
    const isStale = (): boolean => version !== this.#version;
    if (this.#benches.length === 0) {
      this.#benches = (await lab.engine.imageFilters()).map((row) => ({ row, done: null, work: null }));
    }
    const scene = (this.#scene = await this.#sceneOf(lab, this.#clean));
    const failures: unknown[] = [];
    const attempt = (task: Promise<void>): Promise<unknown> => task.catch((error: unknown) => failures.push(error));
    await attempt(this.#inspect(lab, scene));
    const onBand = (): void => this.requestUpdate();
    for (const bench of this.#benches) {
      if (isStale()) break;
      this.requestUpdate();
      await attempt(filter(lab, bench, scene, this.#paramsOf(bench.row), { isStale, onBand }));
    }
    if (failures.length > 0) throw failures[0];
  }

  async #sceneOf({ engine }: Lab, clean: Picture): Promise<Scene> {
    const key = `${this.#pictures} ${this.noise} ${this.seed}`;
    if (this.#scene?.key === key) return this.#scene;
    const made = noisy(clean, this.noise, this.seed);
    const decibels = await engine.peakSignalToNoise(tensorOf(made), tensorOf(clean));
    return { key, clean, noisy: made, decibels };
  }

  /** The chosen pixel under the chosen filter, and, where patches are compared, the same as attention. */
  async #inspect(lab: Lab, scene: Scene): Promise<void> {
    const row = this.#benches.find((bench) => bench.row.name === this.filter)?.row;
    // a name that is in no row is the core's to refuse
    const known = row ?? ({ name: this.filter, params: [] } as unknown as Facts);
    const params = this.#paramsOf(known);
    const found = await look(lab, scene, placeIn(scene.noisy, this), known, params);
    let [patches, attention]: [Patches | null, AttentionRow | null] = [null, null];
    if (params.patch !== undefined) {
      patches = await patchesOf(lab, scene, params.patch, this.#patches);
      if (patches) attention = await attend(lab, found, patches, this.reach);
    }
    [this.#look, this.#patches, this.#attention] = [found, patches, attention];
    this.requestUpdate();
  }

  protected override show(lab: Lab): TemplateResult {
    const { t } = this;
    return html`
      <p class="caption">
        ${t(
          'Every filter here is one weighted average of noisy pixels. What differs is who counts: what is near, what is near and alike, or what looks alike around it, wherever it lies. See what wins on bricks, then try gravel.',
          '这里每种滤波都是有噪像素的加权平均，区别只在谁算数：离得近的，离得近又相像的，还是周围看起来相像、不管在哪里的。先看砖墙上谁赢，再试试碎石。',
        )}
      </p>
      <picture-choice
        .choice=${this.picture}
        .isChinese=${this.isChinese}
        @choose=${(event: CustomEvent<Chosen>) => this.#choose(event.detail)}
      ></picture-choice>
      <div class="studio">
        ${this.#controls()}
        <div>
          <div class="shots">${this.#first()} ${this.#shots()}</div>
          <p class=${this.#isSettled ? 'verdict' : 'verdict stale'} role="status">
            ${this.#scene ? verdict(this.#benches, this.#scene, this.isChinese) : nothing}
          </p>
          <p class="soft">
            ${t(
              'dB: peak signal-to-noise ratio to the original, of the numbers as they are; only the drawing cuts them off at 0 and 1. ms: time in your browser.',
              'dB：与原图相比的峰值信噪比，用未截断的数计算，只有画图时才截到 0 和 1 之间。ms：在你的浏览器里用的时间。',
            )}
          </p>
        </div>
      </div>
      ${this.#look ? this.#pixel(this.#look) : nothing} ${this.#look ? this.#asAttention(lab, this.#look) : nothing}
    `;
  }

  /** Whether every filter's result is that of the picture as it is. */
  get #isSettled(): boolean {
    const scene = this.#scene;
    return scene !== null && this.#benches.every((bench) => isCurrent(bench, scene, this.#paramsOf(bench.row)));
  }

  #choose({ choice, picture }: Chosen): void {
    this.#clean = picture;
    this.#pictures += 1;
    if (choice !== 'own') this.picture = choice;
    this.changed();
  }

  #controls(): TemplateResult {
    const row = this.#benches.find((bench) => bench.row.name === this.filter)?.row;
    return controls({
      noise: this.noise,
      row,
      params: row ? this.#paramsOf(row) : {},
      isChinese: this.isChinese,
      t: this.t,
      onNoise: (noise) => (this.noise = noise),
      onRedraw: () => (this.seed += 1),
      onParameter: (name, value) => void Object.assign(this, { [name]: value }),
    });
  }

  /** The picture before and after the noise. */
  #first(): TemplateResult | typeof nothing {
    const { t } = this;
    if (!this.#scene) return nothing;
    const { clean, noisy: made, decibels } = this.#scene;
    return html`<figure class="shot">
        <picture-field .picture=${clean} .label=${t('Original', '原图')}></picture-field>
        <figcaption><span class="name">${t('Original', '原图')}</span></figcaption>
      </figure>
      <figure class="shot">
        <picture-field
          data-picture="noisy"
          .picture=${made}
          .frames=${this.#look ? frames(this.#look) : []}
          .at=${placeIn(made, this)}
          .label=${t('Noisy', '有噪声')}
          @pixel-select=${(event: CustomEvent<Place>) => this.#select(event.detail)}
        ></picture-field>
        <figcaption>
          <span class="name">${t('Noisy', '有噪声')}</span>
          <span><span data-fact="noisy">${number(decibels, 1)}</span> dB</span>
        </figcaption>
      </figure>`;
  }

  #shots(): TemplateResult[] {
    return shots({
      benches: this.#benches,
      chosen: this.filter,
      isChinese: this.isChinese,
      t: this.t,
      onChoose: (name) => (this.filter = name),
    });
  }

  #select({ row, column }: Place): void {
    [this.row, this.column] = [row, column];
  }

  #pixel(found: Look): TemplateResult {
    const { t } = this;
    const bench = this.#benches.find(({ row }) => row.name === found.row.name);
    return html`<section class="part">
      <h3>${t('How one pixel is averaged', '一个像素是怎样平均出来的')}</h3>
      <div class="studio pixel">
        <div>
          ${stage(found, {
            isCurrentLook: found.scene === this.#scene,
            at: placeIn(found.scene.noisy, this),
            t,
            onSelect: (place) => this.#select(place),
          })}
          ${explain(found.row, t)}
          <p class="soft">
            ${meaningOf(found.row.name, t)} ${t('The pixel itself has weight 1.', '像素自己的权重是 1。')}
          </p>
        </div>
        <div class="numbers-of-pixel">
          ${maps(found, t)}
          <div>${facts(found, bench, t)}</div>
          <div>
            ${
              this.#patches && found.params.patch !== undefined
                ? patchTables(this.#patches.rows, found.scene.noisy, found.place, t)
                : nothing
            }
          </div>
        </div>
      </div>
    </section>`;
  }

  #asAttention(lab: Lab, found: Look): TemplateResult {
    const { t } = this;
    return html`<section class="part">
      <h3>${t('The same number as one row of attention', '同一个数，作为注意力的一行')}</h3>
      ${
        this.#attention
          ? attentionBlock(found, this.#attention, { lab, t, onReach: (reach) => (this.reach = reach) })
          : html`<p class="caption">
              ${
                found.params.patch === undefined
                  ? t(
                      'Choose non-local means above: it compares patches, as attention compares keys.',
                      '请在上面选非局部均值：它比较小块，正如注意力比较键。',
                    )
                  : t(
                      'With this h there is no finite bandwidth, or the patches together are too large to be held: choose a smaller patch or another h.',
                      '这个 h 没有有限的带宽，或者全部小块太大放不下：请选小一点的小块或别的 h。',
                    )
              }
            </p>`
      }
    </section>`;
  }
}
