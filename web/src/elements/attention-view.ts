import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { arithmetic, attentionArcs, attentionMap, headGrid } from '../plots/index.ts';
import type { Arithmetic, AttentionArcs, AttentionMap, Badge, HeadGrid } from '../plots/index.ts';
import type { Picture } from '../plots/marks.ts';
import type { Cell, FullColour, HeadPlace, Link, MaskedAt } from '../plots/types.ts';
import { arithmeticLook, arithmeticOf } from './cell-arithmetic.ts';
import { viewStyles } from './attention-view-styles.ts';
import { define } from './define.ts';
import { sayIn, type Lang } from './messages.ts';
import { rowOf, strongest, type Scene } from './scene.ts';
import { resolveTheme, watchSystemTheme, type Theme } from './theme.ts';
import { TokenChips } from './token-chips.ts';

export type View = 'map' | 'arcs';

/** Up to so many tokens all small maps are drawn at once, above them after a pause of milliseconds. */
const kQuickTokens = 64;
const kPause = 150;

const none: readonly number[] = [];
const sceneKeys = ['scene', 'lang', 'shade'] as const;
const gridKeys = [...sceneKeys, 'off', 'badges', 'sorted', 'masked', 'fullColour'] as const;
const largeKeys = [...sceneKeys, 'shown', 'view', 'links', 'masked', 'painting', 'fullColour'] as const;

/**
 * The picture: tokens, every head small, one large as a map or as arcs, and the arithmetic of a cell.
 * It draws what it is given and tells what was done: `head-select` (a head), `cell-select` (a cell or null),
 * `view-select`, `cell-paint` (a cell with `value`, 1 = may attend), `stroke-end`.
 */
export class AttentionView extends LitElement {
  static override styles = viewStyles;
  static override properties = {
    scene: { attribute: false },
    shown: { attribute: false },
    cell: { attribute: false },
    view: { attribute: false },
    off: { attribute: false },
    links: { attribute: false },
    badges: { attribute: false },
    sorted: { attribute: false },
    masked: { attribute: false },
    painting: { attribute: false },
    fullColour: { attribute: false },
    lang: { reflect: true },
    theme: { reflect: true },
    shade: { state: true },
    hovered: { state: true },
  };

  declare scene: Scene | null;
  declare shown: HeadPlace;
  declare cell: Cell | null;
  declare view: View;
  declare off: readonly HeadPlace[];
  declare links: readonly Link[];
  declare badges: readonly Badge[];
  /** Heads stand in the order of `badges`, best first, in place of layers by heads. */
  declare sorted: boolean;
  declare masked: MaskedAt | null;
  declare painting: boolean;
  declare fullColour: FullColour;
  declare lang: Lang;
  declare theme: Theme;
  declare shade: 'light' | 'dark';
  declare hovered: Cell | null;
  private large: { kind: 'map'; plot: AttentionMap } | { kind: 'arcs'; plot: AttentionArcs } | null = null;
  private grid: HeadGrid | null = null;
  private sum: Arithmetic | null = null;
  private gridTimer = 0;
  private unwatch = (): void => {};

  constructor() {
    super();
    this.scene = null;
    this.shown = { layer: 0, head: 0 };
    this.cell = null;
    this.view = 'map';
    this.off = [];
    this.links = [];
    this.badges = [];
    this.sorted = false;
    this.masked = null;
    this.painting = false;
    this.fullColour = 'one';
    this.lang = 'en';
    this.theme = 'auto';
    this.shade = resolveTheme('auto');
    this.hovered = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.unwatch = watchSystemTheme(() => (this.shade = resolveTheme(this.theme)));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.gridTimer);
    this.unwatch();
  }

  /** The large picture as it is drawn now, for export; null before the first. */
  get picture(): Picture<Cell> | null {
    return this.large?.plot ?? null;
  }

  protected override willUpdate(changes: PropertyValues<AttentionView>): void {
    if (changes.has('theme')) this.shade = resolveTheme(this.theme);
    if (changes.has('scene')) this.hovered = null;
  }

  protected override updated(changes: PropertyValues<AttentionView>): void {
    this.setAttribute('data-shade', this.shade);
    if (!this.scene) return;
    const any = (keys: readonly (keyof AttentionView)[]) => keys.some((key) => changes.has(key));
    if (any(gridKeys)) this.drawGridSoon();
    else if (changes.has('shown')) this.grid?.select(this.shown);
    if (any(largeKeys)) this.drawLarge();
    else if (changes.has('cell')) this.large?.plot.select(this.cell);
    this.drawSum();
  }

  private get pattern() {
    return this.scene?.patterns[this.shown.layer] ?? null;
  }

  /** Whether tokens look at others than themselves: such tokens stand on no common line. */
  private get isCross(): boolean {
    return this.scene !== null && this.scene.tokens !== this.scene.keyTokens;
  }

  private get drawnView(): View {
    return this.isCross ? 'map' : this.view;
  }

  /** The cell that is spoken of: the one pointed at, else the chosen one. */
  private get current(): Cell | null {
    const { tokens = [], keyTokens = [] } = this.scene ?? {};
    const cell = this.hovered ?? this.cell;
    return cell && cell.query < tokens.length && cell.key < keyTokens.length ? cell : null;
  }

  /** Many large maps take a moment: while somebody types, they wait for a pause. */
  private drawGridSoon(): void {
    clearTimeout(this.gridTimer);
    if (!this.grid || this.scene!.tokens.length <= kQuickTokens) this.drawGrid();
    else this.gridTimer = window.setTimeout(() => this.drawGrid(), kPause);
  }

  private drawGrid(): void {
    const { scene, shown, off, badges, sorted, masked, fullColour, lang, shade } = this;
    const slot = this.renderRoot.querySelector('#grid');
    if (!scene || !slot) return;
    const options = {
      tokens: scene.tokens,
      selected: shown,
      off,
      badges,
      order: sorted ? badges : undefined,
      masked: masked ?? undefined,
      fullColour,
      scrolls: true,
      lang,
      theme: shade,
    };
    if (this.grid) this.grid.update(scene.patterns, options);
    else slot.append((this.grid = headGrid(scene.patterns, options)));
  }

  private drawLarge(): void {
    const { scene, pattern, shown, drawnView: view, links, masked, painting, fullColour, lang, shade } = this;
    const slot = this.renderRoot.querySelector('#large');
    if (!scene || !slot || !pattern || shown.head >= (pattern.shape[0] ?? 0)) return;
    const common = { tokens: scene.tokens, head: shown.head, links, lang, theme: shade };
    const map = {
      ...common,
      keyTokens: scene.keyTokens,
      selected: this.cell,
      masked: masked ?? undefined,
      paint: painting,
      fullColour,
    };
    const arcs = { ...common, selected: this.cell?.query ?? null };
    if (this.large?.kind === view) {
      if (this.large.kind === 'map') this.large.plot.update(pattern, map);
      else this.large.plot.update(pattern, arcs);
      return;
    }
    this.large =
      view === 'map'
        ? { kind: 'map', plot: attentionMap(pattern, map) }
        : { kind: 'arcs', plot: attentionArcs(pattern, arcs) };
    slot.replaceChildren(this.large.plot);
  }

  /** The arithmetic of the current cell. */
  private drawSum(): void {
    const { scene, shown, current, lang, shade } = this;
    const data = scene && current && arithmeticOf(scene, shown, current);
    if (!data) return;
    const look = arithmeticLook(scene, current, lang, shade);
    if (this.sum) this.sum.update(data, look);
    else this.renderRoot.querySelector('#sum')?.append((this.sum = arithmetic(data, look)));
  }

  private tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  private readonly hover = (event: Event): void => {
    event.stopPropagation();
    this.hovered = (event as CustomEvent<Cell | null>).detail;
  };

  private readonly pick = (event: Event): void => {
    event.stopPropagation();
    this.tell('cell-select', (event as CustomEvent<Cell>).detail);
  };

  private readonly paint = (event: Event): void => {
    event.stopPropagation();
    this.tell('cell-paint', (event as CustomEvent<Cell & { value: 0 | 1 }>).detail);
  };

  private readonly endStroke = (): void => this.tell('stroke-end', null);

  private readonly pickHead = (event: Event): void => {
    event.stopPropagation();
    this.tell('head-select', (event as CustomEvent<HeadPlace>).detail);
  };

  /** The key that `query` looks at most, to speak of a token without a cell. */
  private strongest(query: number): Cell {
    const { pattern, shown } = this;
    return { query, key: pattern ? strongest(pattern, shown.head, query) : 0 };
  }

  override render(): TemplateResult {
    const { scene, lang } = this;
    return html`
      ${scene ? this.renderChips(scene) : html`<p class="waiting">${sayIn(lang, 'waiting')}</p>`}
      <div class="body" ?hidden=${!scene}>
        <figure class="heads">
          <figcaption>
            <strong>${sayIn(lang, 'headsTitle')}</strong>
            ${sayIn(lang, this.sorted ? 'headsSorted' : 'headsCaption')}
          </figcaption>
          <div id="grid" @plot-select=${this.pickHead} @plot-hover=${(event: Event) => event.stopPropagation()}></div>
        </figure>
        ${this.renderLarge()}
        <div class="side">${this.renderCell()}<slot name="side"></slot></div>
      </div>
    `;
  }

  /** One line of tokens; where others are looked at, theirs stand on a line above. */
  private renderChips({ tokens, keyTokens, unknown }: Scene): TemplateResult {
    const { current, pattern, shown, isCross, lang } = this;
    const weights = current && pattern ? rowOf(pattern, shown.head, current.query) : [];
    const key = current?.key ?? -1;
    return html`
      ${
        isCross
          ? html`<token-chips
              .tokens=${keyTokens}
              .unknown=${unknown}
              .weights=${weights}
              .key=${key}
              .lang=${lang}
              .name=${'lookedAt'}
            ></token-chips>`
          : nothing
      }
      <token-chips
        .tokens=${tokens}
        .unknown=${isCross ? none : unknown}
        .weights=${isCross ? none : weights}
        .query=${current?.query ?? -1}
        .key=${isCross ? -1 : key}
        .lang=${lang}
        .name=${isCross ? 'looking' : 'tokens'}
        @chip-hover=${({ detail }: CustomEvent<number | null>) => (this.hovered = detail === null ? null : this.strongest(detail))}
        @chip-select=${({ detail }: CustomEvent<number>) => this.tell('cell-select', this.strongest(detail))}
      ></token-chips>
    `;
  }

  private renderLarge(): TemplateResult {
    const { lang, drawnView: view, shown, off, painting } = this;
    const isOff = off.some(({ layer, head }) => layer === shown.layer && head === shown.head);
    const values = { ...shown };
    const choice = (name: View) => html`
      <button type="button" aria-pressed=${String(view === name)} @click=${() => this.tell('view-select', name)}>
        ${sayIn(lang, name)}
      </button>
    `;
    return html`
      <figure class="large">
        <div class="bar">
          <strong>${sayIn(lang, isOff ? 'headOff' : 'head', values)}</strong>
          ${
            this.isCross
              ? nothing
              : html`<span class="choice" role="group" aria-label=${sayIn(lang, 'view')}
                  >${choice('map')}${choice('arcs')}</span
                >`
          }
        </div>
        <div
          id="large"
          @plot-hover=${this.hover}
          @plot-select=${this.pick}
          @plot-paint=${this.paint}
          @pointerup=${this.endStroke}
          @keyup=${this.endStroke}
        ></div>
        <figcaption>
          ${sayIn(lang, view === 'arcs' ? 'arcsCaption' : painting ? 'paintCaption' : 'mapCaption')}
        </figcaption>
        <slot name="under"></slot>
      </figure>
    `;
  }

  private renderCell(): TemplateResult {
    const hint = this.current ? nothing : html`<p class="soft">${sayIn(this.lang, 'noCell')}</p>`;
    return html`<div class="cell">
      <div id="sum" ?hidden=${!this.current}></div>
      ${hint}
    </div>`;
  }
}

/** Defines `<attention-view>` and what it is made of. */
export function defineAttentionView(): void {
  define('token-chips', TokenChips);
  define('attention-view', AttentionView);
}
