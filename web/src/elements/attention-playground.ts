import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Run } from '../engine/types.ts';
import type { Cell, HeadPlace } from '../plots/types.ts';
import { defineAttentionView, type View } from './attention-view.ts';
import { define } from './define.ts';
import { sayIn, type Lang } from './messages.ts';
import { palette } from './palette.ts';
import { writeAnswer } from './answer.ts';
import { isCausal, layersAt, sceneOf, standsOf, stationsOf, strongest, type Scene, type Stand } from './scene.ts';
import { leaseModel, onEngineRestart, type Lease } from './shared-engine.ts';
import { resolveTheme, watchSystemTheme, type Theme } from './theme.ts';

const styles = css`
  :host {
    display: block;
  }
  label {
    display: grid;
    gap: 0.25rem;
    margin-bottom: 0.9rem;
    color: var(--soft);
    font-size: 0.875rem;
  }
  input {
    box-sizing: border-box;
    width: 100%;
    min-height: 2.5rem;
    padding: 0.35rem 0.7rem;
    border: 1px solid var(--faint);
    border-bottom: 2px solid var(--accent);
    border-radius: 0.4rem 0.4rem 0 0;
    color: var(--ink);
    background: var(--paper);
    font: 1.125rem/1.4 var(--serif);
  }
  input:focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  p {
    margin: 0.75rem 0 0;
    color: var(--soft);
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }
  .failure {
    padding-inline-start: 0.75rem;
    border-inline-start: 3px solid var(--link);
    color: var(--ink);
  }
`;

/** `2.1` as layer 2, head 1; anything else is the first head. */
const headConverter = {
  fromAttribute(value: string | null): HeadPlace {
    const [, layer, head] = /^(\d{1,4})\.(\d{1,4})$/.exec(value ?? '') ?? [];
    return { layer: Number(layer ?? 0), head: Number(head ?? 0) };
  },
  toAttribute: ({ layer, head }: HeadPlace): string => `${layer}.${head}`,
};

/**
 * `<attention-playground model="models/sentences/" text="anna loved ben . who was loved ?">`: a model's attention to a text.
 * Attributes: `model` (URL of a folder), `text`, `head` (`layer.head`), `attention` (`cross`, `encoder`, `decoder`, of a model
 * that has them: the answer is written first), `view` (`map`, `arcs`), `lang` (`en`, `zh`; else that of
 * the page), `theme` (`auto`, `light`, `dark`), `readonly` (no text field). Loads when it first comes near the window.
 * Tells `attention-run` with the run, and `attention-error` with the error. Colours: CSS variables of `palette.ts`.
 */
export class AttentionPlayground extends LitElement {
  static override styles = [palette, styles];
  static override properties = {
    model: { reflect: true },
    text: { reflect: true },
    head: { converter: headConverter, reflect: true },
    attention: { reflect: true },
    view: { reflect: true },
    lang: {},
    theme: { reflect: true },
    readonly: { type: Boolean, reflect: true },
    run: { state: true },
    error: { state: true },
    cell: { state: true },
    near: { state: true },
  };

  declare model: string;
  declare text: string;
  declare head: HeadPlace;
  /** Empty: the first that the model has. */
  declare attention: Stand | '';
  declare view: View;
  declare theme: Theme;
  declare readonly: boolean;
  declare run: { of: Run; layer: number; stand: Stand; causal: boolean } | null;
  declare error: { code: string; message: string } | null;
  declare cell: Cell | null;
  declare near: boolean;
  private lease: Lease | null = null;
  /** Counts requests, so that a late answer to an old one is dropped. */
  private asked = 0;
  private busy = false;
  private scene: { of: AttentionPlayground['run']; scene: Scene } | null = null;
  private readonly watcher: IntersectionObserver;
  private ends: (() => void)[] = [];

  constructor() {
    super();
    this.model = '';
    this.text = '';
    this.head = { layer: 0, head: 0 };
    this.attention = '';
    this.view = 'map';
    this.theme = 'auto';
    this.readonly = false;
    this.run = null;
    this.error = null;
    this.cell = null;
    this.near = false;
    this.watcher = new IntersectionObserver(([entry]) => (this.near ||= entry?.isIntersecting ?? false), {
      rootMargin: '200px',
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.watcher.observe(this);
    this.ends = [onEngineRestart(() => void this.open()), watchSystemTheme(() => this.requestUpdate())];
    if (this.hasUpdated && this.near) void this.open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.watcher.disconnect();
    for (const end of this.ends) end();
    this.asked += 1;
    this.lease?.release();
    this.lease = null;
  }

  private get language(): Lang {
    const tag = this.lang || this.closest<HTMLElement>('[lang]')?.lang || document.documentElement.lang;
    return /^zh/i.test(tag) ? 'zh' : 'en';
  }

  protected override updated(changes: PropertyValues<AttentionPlayground>): void {
    this.setAttribute('data-shade', resolveTheme(this.theme));
    if (!this.near) return;
    if (changes.has('near') || changes.has('model')) void this.open();
    else if (
      changes.has('text') ||
      changes.has('attention') ||
      (changes.has('head') && changes.get('head')?.layer !== this.head.layer)
    )
      void this.compute();
  }

  /** Opens the model; the picture of the one before stays until the new one has been computed. */
  private async open(): Promise<void> {
    const mine = ++this.asked;
    if (!this.model || !this.isConnected) return;
    try {
      const lease = await leaseModel(new URL(this.model, document.baseURI).href);
      if (mine !== this.asked) return lease.release();
      this.lease?.release();
      this.lease = lease;
      await this.compute();
    } catch (error) {
      if (mine === this.asked) this.fail(error);
    }
  }

  /** Runs the text; of requests that come meanwhile only the last is computed. */
  private async compute(): Promise<void> {
    if (this.busy || !this.lease || this.text.trim() === '') return;
    this.busy = true;
    const { text, lease } = this;
    const { info } = lease.model;
    const standNow = (): Stand => standsOf(info).find((one) => one === this.attention) ?? standsOf(info)[0]!;
    const stand = standNow();
    const layerNow = (): number => Math.min(this.head.layer, layersAt(info, standNow()) - 1);
    const layer = layerNow();
    try {
      const writes = info.n_encoder_layers > 0 && stand !== 'encoder';
      const input = writes ? { text, target: await writeAnswer(lease.model, text) } : text;
      const run = await lease.model.run(input, { record: stationsOf(layer, stand), logits: 'last' });
      if (lease === this.lease) {
        this.run = { of: run, layer, stand, causal: isCausal(info, stand) };
        this.error = null;
        this.dispatchEvent(new CustomEvent('attention-run', { detail: run, bubbles: true, composed: true }));
      }
    } catch (error) {
      // A lost worker is replaced, and the restart asks again.
      if (lease === this.lease && (error as { code?: string }).code !== 'engine_restarted') this.fail(error);
    }
    this.busy = false;
    if (text !== this.text || lease !== this.lease || layer !== layerNow() || stand !== standNow()) void this.compute();
  }

  private fail(error: unknown): void {
    const { code = '', message = String(error) } = error as { code?: string; message?: string };
    this.error = { code, message };
    this.dispatchEvent(new CustomEvent('attention-error', { detail: error, bubbles: true, composed: true }));
  }

  /** The same scene for the same run. */
  private get drawn(): Scene | null {
    if (this.scene?.of !== this.run)
      this.scene = this.run && { of: this.run, scene: sceneOf(this.run.of, this.run.layer, 1, this.run.stand) };
    return this.scene?.scene ?? null;
  }

  /** The head as far as the drawn model has it. */
  private get shown(): HeadPlace {
    const patterns = this.drawn?.patterns ?? [];
    const layer = Math.min(this.head.layer, Math.max(0, patterns.length - 1));
    return { layer, head: Math.min(this.head.head, Math.max(0, (patterns[layer]?.shape[0] ?? 1) - 1)) };
  }

  override render(): TemplateResult {
    const lang = this.language;
    const scene = this.drawn;
    return html`
      ${
        this.readonly
          ? nothing
          : html`<label
              >${sayIn(lang, 'field')}<input
                .value=${this.text}
                spellcheck="false"
                autocomplete="off"
                @input=${(event: Event) => this.type((event.target as HTMLInputElement).value)}
            /></label>`
      }
      <attention-view
        role="group"
        aria-label=${sayIn(lang, 'label', { text: this.text })}
        .scene=${scene}
        .shown=${this.shown}
        .cell=${this.cell ?? (scene && lastCell(scene, this.shown))}
        .view=${this.view}
        .masked=${this.run?.causal ? causalMask : null}
        .lang=${lang}
        .theme=${this.theme}
        @head-select=${({ detail }: CustomEvent<HeadPlace>) => (this.head = detail)}
        @view-select=${({ detail }: CustomEvent<View>) => (this.view = detail)}
        @cell-select=${({ detail }: CustomEvent<Cell>) => (this.cell = detail)}
      ></attention-view>
      <div role="status">
        ${this.error ? html`<p class="failure">${sayIn(lang, 'failed', this.error)}</p>` : nothing}
      </div>
      ${this.run ? html`<p>${sayIn(lang, 'time', { milliseconds: this.run.of.milliseconds.toFixed(1) })}</p>` : nothing}
    `;
  }

  private type(text: string): void {
    this.text = text;
    this.cell = null;
  }
}

const causalMask = (query: number, key: number): boolean => key > query;

/** The key that the last token looks at most. */
function lastCell({ tokens, patterns }: Scene, { layer, head }: HeadPlace): Cell {
  const query = tokens.length - 1;
  return { query, key: patterns[layer] ? strongest(patterns[layer], head, query) : 0 };
}

/** Defines `<attention-playground>` and what it is made of. */
export function defineAttentionPlayground(): void {
  defineAttentionView();
  define('attention-playground', AttentionPlayground);
}
