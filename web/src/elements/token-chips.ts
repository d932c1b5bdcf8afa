import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { visibleToken } from '../plots/tokens.ts';
import { chipStyles } from './token-chips-styles.ts';
import { sayIn, type Lang } from './messages.ts';

/** A start token of the tokenizer's own, such as `[BOS]` or `<s>`. */
function isMarker(token: string, index: number): boolean {
  return index === 0 && /^(\[[A-Z]+\]|<[^<>]{1,20}>)$/.test(token);
}

/**
 * The text as the model reads it, one chip a token. Each shows how much of a query's attention it gets.
 * Tells `chip-hover` (an index or null) and `chip-select` (an index).
 */
export class TokenChips extends LitElement {
  static override styles = chipStyles;
  static override properties = {
    tokens: { attribute: false },
    unknown: { attribute: false },
    weights: { attribute: false },
    query: { attribute: false },
    key: { attribute: false },
    name: { attribute: false },
    lang: {},
    focused: { state: true },
  };

  declare tokens: readonly string[];
  declare unknown: readonly number[];
  /** Attention that the query gives to each token, in [0, 1]. */
  declare weights: ArrayLike<number>;
  /** The token that looks, and the one it is asked about; -1 for none. */
  declare query: number;
  declare key: number;
  /** What the line is called, and a heading unless it is the only one. */
  declare name: 'tokens' | 'looking' | 'lookedAt';
  declare lang: Lang;
  declare focused: number;

  constructor() {
    super();
    this.tokens = [];
    this.unknown = [];
    this.weights = [];
    this.query = -1;
    this.key = -1;
    this.name = 'tokens';
    this.lang = 'en';
    this.focused = 0;
  }

  protected override updated(changes: PropertyValues<this>): void {
    const chips = this.renderRoot.querySelectorAll<HTMLElement>('.chip');
    // A style attribute in the template would meet content policies that forbid it.
    chips.forEach((chip, index) => chip.style.setProperty('--weight', String(this.weights[index] ?? 0)));
    if (changes.has('focused') && this.renderRoot.querySelector('.chip:focus')) chips[this.focused]?.focus();
  }

  private tell(name: 'chip-hover' | 'chip-select', detail: number | null): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  private keydown(event: KeyboardEvent): void {
    const last = this.tokens.length - 1;
    const moves: Record<string, number> = {
      ArrowLeft: this.focused - 1,
      ArrowRight: this.focused + 1,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (event.key === 'Enter' || event.key === ' ') this.tell('chip-select', this.focused);
    else if (next === undefined) return;
    else this.focused = Math.min(last, Math.max(0, next));
    event.preventDefault();
  }

  override render(): TemplateResult {
    const unknown = new Set(this.unknown);
    const focused = Math.min(this.focused, this.tokens.length - 1);
    const name = sayIn(this.lang, this.name);
    return html`
      ${this.name === 'tokens' ? nothing : html`<span class="name" aria-hidden="true">${name}</span>`}
      <div
        class="chips"
        role="listbox"
        aria-orientation="horizontal"
        aria-label=${name}
        title=${sayIn(this.lang, 'tokensHint')}
      >
        ${this.tokens.map((token, index) => {
          const strange = unknown.has(index);
          const remark = strange
            ? sayIn(this.lang, 'unknown')
            : isMarker(token, index)
              ? sayIn(this.lang, 'marker')
              : '';
          const classes = `chip${strange ? ' unknown' : ''}${index === this.query ? ' query' : ''}${index === this.key ? ' key' : ''}`;
          return html`
            <span
              class=${classes}
              role="option"
              tabindex=${index === focused ? 0 : -1}
              aria-selected=${String(index === this.query)}
              aria-label=${remark ? `${visibleToken(token)}: ${remark}` : visibleToken(token)}
              title=${remark || nothing}
              @pointerenter=${() => this.tell('chip-hover', index)}
              @pointerleave=${() => this.tell('chip-hover', null)}
              @focus=${() => this.focusChip(index)}
              @blur=${() => this.tell('chip-hover', null)}
              @click=${() => this.tell('chip-select', index)}
              @keydown=${this.keydown}
              ><bdi>${visibleToken(token)}</bdi></span
            >
          `;
        })}
      </div>
    `;
  }

  private focusChip(index: number): void {
    this.focused = index;
    this.tell('chip-hover', index);
  }
}
