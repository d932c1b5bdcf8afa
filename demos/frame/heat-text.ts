import { visibleToken } from 'attention-playground/plots';

export interface HeatTextData {
  tokens: readonly string[];
  /** Attention that each token gets, in [0, 1]; missing ones count as 0. */
  weights: ArrayLike<number>;
  /** Index of the token that is spoken of, -1 for none. */
  selected: number;
  /** The tokens from this index on were written by the model. */
  written?: number;
  unknown?: readonly number[];
  /** Starts a new line after such a token. */
  endsLine?: (token: string) => boolean;
}

declare global {
  interface HTMLElementTagNameMap {
    'heat-text': HeatText;
  }
  interface HTMLElementEventMap {
    'token-select': CustomEvent<number>;
  }
}

/**
 * Text whose tokens are shaded by attention. Tells `token-select` (click, Enter, arrow keys) with the index of the token in `detail`.
 * A token is known by its index, never by its text, which repeats.
 */
export class HeatText extends HTMLElement {
  private focused = 0;

  connectedCallback(): void {
    this.setAttribute('role', 'listbox');
    this.setAttribute('aria-orientation', 'horizontal');
    this.addEventListener('click', (event) => this.pick(this.indexOf(event.target)));
    this.addEventListener('keydown', (event) => this.key(event));
  }

  show(data: HeatTextData): void {
    const { tokens, weights, selected, endsLine } = data;
    // No shade is stronger than the strongest: the largest weight of the row gets the full colour.
    const largest = Array.from(weights).reduce((most, weight) => Math.max(most, weight), 0);
    this.focused = selected >= 0 ? selected : tokens.length - 1;
    const hadFocus = this.contains(document.activeElement);
    const parts: HTMLElement[] = [];
    tokens.forEach((token, index) => {
      parts.push(this.makeToken(data, index, largest > 0 ? (weights[index] ?? 0) / largest : 0));
      if (endsLine?.(token)) parts.push(document.createElement('br'));
    });
    this.replaceChildren(...parts);
    if (hadFocus) this.tokenAt(this.focused)?.focus({ preventScroll: true });
  }

  private makeToken(
    { tokens, weights, selected, written, unknown }: HeatTextData,
    index: number,
    heat: number,
  ): HTMLElement {
    const span = document.createElement('span');
    const token = tokens[index] ?? '';
    span.textContent = token === ' ' ? ' ' : visibleToken(token);
    span.setAttribute('role', 'option');
    span.setAttribute('aria-selected', String(index === selected));
    const weight = `${(100 * (weights[index] ?? 0)).toFixed(1)}%`;
    span.setAttribute('aria-label', `${visibleToken(token)} ${weight}`);
    span.title = weight;
    span.dataset.index = String(index);
    span.tabIndex = index === this.focused ? 0 : -1;
    span.classList.toggle('written', written !== undefined && index >= written);
    span.classList.toggle('unknown', unknown?.includes(index) ?? false);
    span.style.setProperty('--heat', heat.toFixed(3));
    return span;
  }

  private tokenAt(index: number): HTMLElement | null {
    return this.querySelector(`[data-index="${index}"]`);
  }

  private indexOf(target: EventTarget | null): number {
    const token = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
    return token ? Number(token.dataset.index) : -1;
  }

  private pick(index: number): void {
    if (index < 0) return;
    this.dispatchEvent(new CustomEvent('token-select', { detail: index, bubbles: true }));
  }

  private key(event: KeyboardEvent): void {
    const last = this.querySelectorAll('[data-index]').length - 1;
    const at = this.indexOf(event.target);
    const moves: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: last,
      Enter: at,
      ' ': at,
    };
    const next = moves[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    this.tokenAt(Math.min(last, Math.max(0, next)))?.focus();
    this.pick(Math.min(last, Math.max(0, next)));
  }
}

customElements.define('heat-text', HeatText);
