import { html, type PropertyValues, type TemplateResult } from 'lit';
import { numeric, oneOf } from '../rooms/attributes.ts';
import type { Lab } from '../rooms/lab.ts';
import { examples } from '../rooms/examples.ts';
import { Room } from '../rooms/room.ts';
import { identity, showIdentity, type Identity } from './distance-identity.ts';
import { mostScore, normalised, showNormalised, type Normalised } from './distance-normalise.ts';
import { firstScene, firstScores, unitOf, type Scene, type Vector } from './distance-scene.ts';
import { overs, showSoftmaxes, softmaxes, type Over, type Softmaxes } from './distance-softmax.ts';
import { distanceStyles } from './distance-styles.ts';
import { showTiming, timing, type Timing } from './distance-timing.ts';

const mostScores = 8;

/** Scores with commas between them; a list with anything else in it is not taken. */
const readScores = (text: string | null): readonly number[] => {
  const numbers = (text ?? '').split(',').map((one) => (one.trim() === '' ? NaN : Number(one)));
  const isGood = numbers.every((one) => Math.abs(one) <= mostScore) && numbers.length <= mostScores;
  return isGood ? numbers : firstScores;
};

const state = {
  share: numeric(0, 1, 0),
  unit: oneOf(['off', 'on']),
  query: numeric(1, firstScene.queries.length, 1),
  key: numeric(1, firstScene.keys.length, 1),
  n: numeric(1, 512, 256),
  d: numeric(1, 512, 64),
  offset: numeric(0, 1000, 0),
  over: oneOf(overs),
  scores: { converter: { fromAttribute: readScores, toAttribute: String } },
  shift: numeric(-3, 3, 0),
};

/**
 * `<distance-room>`: a Gaussian kernel is dot-product attention with a bias by key length; softmax by rows, columns and
 * over all; other ways to make weights of scores. Attributes: `share`, `unit` (`on`: keys of length 1), `query` and
 * `key` (the chosen pair, from 1); `n`, `d`, `offset` of the timed distances; `over` (`rows`, `columns`, `all`); `scores`
 * (with commas) and `shift`.
 */
export class DistanceRoom extends Room {
  static override styles = [Room.styles, distanceStyles];
  static override properties = { ...Room.properties, ...state };
  declare share: number;
  declare unit: 'off' | 'on';
  declare query: number;
  declare key: number;
  declare n: number;
  declare d: number;
  declare offset: number;
  declare over: Over;
  declare scores: readonly number[];
  declare shift: number;
  #vectors: Scene = firstScene;
  #identity: Identity | null = null;
  #timing: Timing | null = null;
  #softmaxes: Softmaxes | null = null;
  #normalised: Normalised | null = null;

  constructor() {
    super();
    this.share = 0;
    this.unit = 'off';
    this.query = 1;
    this.key = 1;
    this.n = 256;
    this.d = 64;
    this.offset = 0;
    this.over = 'rows';
    this.scores = firstScores;
    this.shift = 0;
  }

  protected override willUpdate(changes: PropertyValues): void {
    if (Object.keys(state).some((name) => changes.has(name))) this.changed();
  }

  get #scene(): Scene {
    const { queries, keys } = this.#vectors;
    return { queries, keys: this.unit === 'on' ? keys.map(unitOf) : keys };
  }

  protected override async compute({ engine, normalisation }: Lab): Promise<void> {
    const scene = this.#scene;
    const { share, over, shift } = this;
    const cloud = { n: Math.round(this.n), d: Math.round(this.d), offset: this.offset };
    const scores = this.scores.map((score) => score + shift);
    [this.#identity, this.#softmaxes, this.#normalised] = await Promise.all([
      identity(engine, scene, share),
      softmaxes(engine, scene, over),
      normalised(engine, normalisation, scores),
    ]);
    const old = this.#timing;
    // Alone, so that nothing else takes the time, and not again while other things change.
    if (old?.n !== cloud.n || old.d !== cloud.d || old.offset !== cloud.offset) {
      this.#timing = await timing(engine, cloud);
    }
  }

  protected override show(lab: Lab): TemplateResult {
    const { t } = this;
    return html`
      <p class="caption">
        ${t(
          'A kernel weighs points by their distance, attention by a dot product. Move the slider t from one to the other: how large is the difference, and when is there none?',
          '核按距离给点加权，注意力按点积。拖动 t，从一个走到另一个：差有多大？什么时候没有差别？',
        )}
      </p>
      ${this.#examples()} ${this.#bridge(lab)} ${this.#distances()} ${this.#over()} ${this.#ways()}
    `;
  }

  #examples(): TemplateResult {
    const set = (share: number, unit: 'off' | 'on'): void => {
      Object.assign(this, { share, unit });
    };
    return examples(this.t, [
      [this.t('Plain dot product', '纯点积'), () => set(0, 'off')],
      [this.t('Gaussian kernel', '高斯核'), () => set(1, 'off')],
      [this.t('Keys of one length: the two are one', '键一样长：两者合一'), () => set(0, 'on')],
    ]);
  }

  #bridge(lab: Lab): TemplateResult | '' {
    const found = this.#identity;
    if (!found) return '';
    return showIdentity({
      t: this.t,
      isChinese: this.isChinese,
      scene: this.#scene,
      found,
      query: Math.round(this.query) - 1,
      key: Math.round(this.key) - 1,
      share: this.share,
      isUnit: this.unit === 'on',
      row: lab.scoring.find(({ name }) => name === 'dot_product_key_norm'),
      onMove: (name, x, y) => this.#move(name, [Number(x.toFixed(2)), Number(y.toFixed(2))]),
      onSelect: (name) => {
        if (name.startsWith('q')) this.query = Number(name.slice(1));
        else this.key = Number(name.slice(1));
      },
      onShare: (share) => (this.share = share),
      onUnit: (isUnit) => (this.unit = isUnit ? 'on' : 'off'),
    });
  }

  /** `q2` or `k1`. */
  #move(name: string, to: Vector): void {
    const side = name.startsWith('q') ? 'queries' : 'keys';
    const place = Number(name.slice(1)) - 1;
    const moved = side === 'keys' && this.unit === 'on' ? unitOf(to) : to;
    this.#vectors = { ...this.#vectors, [side]: this.#vectors[side].map((old, i) => (i === place ? moved : old)) };
    this.changed();
  }

  #distances(): TemplateResult | '' {
    const found = this.#timing;
    if (!found) return '';
    return showTiming({
      t: this.t,
      found,
      n: this.n,
      d: this.d,
      offset: this.offset,
      onChange: (change) => Object.assign(this, change),
      onAgain: () => {
        this.#timing = { ...found, n: 0 };
        this.changed();
      },
    });
  }

  #over(): TemplateResult | '' {
    const found = this.#softmaxes;
    return found ? showSoftmaxes({ t: this.t, found, over: this.over, onOver: (over) => (this.over = over) }) : '';
  }

  #ways(): TemplateResult | '' {
    const found = this.#normalised;
    if (!found) return '';
    return showNormalised({
      t: this.t,
      isChinese: this.isChinese,
      found,
      scores: this.scores,
      shift: this.shift,
      onScore: (index, score) => (this.scores = this.scores.map((old, i) => (i === index ? score : old))),
      onShift: (shift) => (this.shift = shift),
    });
  }
}
