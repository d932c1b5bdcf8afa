import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { complete, continuations, knownWords, take, type Offer } from './completion.ts';
import type { Say } from './messages.ts';

const maxWords = 8;

/** What the text field knows of the model, or null for one without words to complete. */
export interface WordModel {
  vocabulary: readonly string[];
  /** What comes after `text`, over the vocabulary. */
  next: { text: string; probs: Float32Array } | null;
}

/** The text field with its row of words, like the one above a phone's keyboard. Tells `text-input` with the text. */
export class TextField extends LitElement {
  static override properties = {
    text: { attribute: false },
    say: { attribute: false },
    words: { attribute: false },
    caret: { state: true },
    active: { state: true },
    closed: { state: true },
  };

  declare text: string;
  declare say: Say;
  declare words: WordModel | null;
  declare caret: number;
  /** The word that the arrow keys chose; -1 for none. */
  declare active: number;
  declare closed: boolean;
  private known: readonly string[] = [];
  private offers: readonly Offer[] = [];

  constructor() {
    super();
    this.text = '';
    this.say = (key) => key;
    this.words = null;
    this.caret = 0;
    this.active = -1;
    this.closed = false;
  }

  /** The page's own styles hold here. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    const before = changes.get('words');
    if (changes.has('words') && before?.vocabulary !== this.words?.vocabulary) {
      this.known = knownWords(this.words?.vocabulary ?? []);
    }
    if (changes.has('text') && !this.matches(':focus-within')) this.caret = this.text.length;
    this.offers = this.find();
    if (this.active >= this.offers.length) this.active = -1;
  }

  /** Ways to finish the word at the caret, then words that may follow. */
  private find(): readonly Offer[] {
    const { words, text, caret } = this;
    if (!words || this.closed) return [];
    const found = complete(text, caret, this.known).slice(0, maxWords);
    const { next } = words;
    if (!next || caret < text.length || text.trim() === '' || next.text.trimEnd() !== text.trimEnd()) return found;
    // A word that is not finished yet is unknown to the model: what it expects after it says nothing.
    const unfinished = found.length > 0 && !this.known.includes(text.slice(found[0]!.start));
    return unfinished
      ? found
      : [...found, ...continuations(text, next.probs, words.vocabulary, maxWords)].slice(0, maxWords);
  }

  private input(area: HTMLTextAreaElement): void {
    this.active = -1;
    this.closed = false;
    this.caret = area.selectionStart;
    this.tell(area.value);
  }

  private tell(text: string): void {
    this.text = text;
    this.dispatchEvent(new CustomEvent('text-input', { detail: text }));
  }

  private async accept(offer: Offer): Promise<void> {
    const { text, caret } = take(this.text, offer);
    this.active = -1;
    this.caret = caret;
    this.tell(text);
    await this.updateComplete;
    const area = this.querySelector('textarea');
    area?.focus();
    area?.setSelectionRange(caret, caret);
  }

  private key(event: KeyboardEvent): void {
    const { offers } = this;
    const chosen = offers[this.active];
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowDown' && offers.length > 0) this.active = (this.active + 1) % offers.length;
    else if (event.key === 'ArrowUp' && this.active >= 0) this.active -= 1;
    else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) void this.accept(chosen);
    else if (event.key === 'Escape' && offers.length > 0) this.closed = true;
    // A sentence of words has one line.
    else if (event.key !== 'Enter' || !this.words) return;
    event.preventDefault();
  }

  override render(): TemplateResult {
    const { say, offers, active } = this;
    const combobox = this.words !== null;
    const open = offers.length > 0;
    return html`
      <label for="text">${say('text.label')}</label>
      <textarea
        id="text"
        rows="2"
        spellcheck="false"
        autocapitalize="off"
        autocomplete="off"
        placeholder=${say('text.placeholder')}
        role=${combobox ? 'combobox' : 'textbox'}
        aria-multiline=${combobox ? nothing : 'true'}
        aria-autocomplete=${combobox ? 'list' : nothing}
        aria-expanded=${combobox ? String(open) : nothing}
        aria-controls=${combobox ? 'words' : nothing}
        aria-activedescendant=${active >= 0 ? `word-${active}` : nothing}
        .value=${live(this.text)}
        @input=${(event: Event) => this.input(event.target as HTMLTextAreaElement)}
        @keydown=${(event: KeyboardEvent) => this.key(event)}
        @keyup=${(event: Event) => (this.caret = (event.target as HTMLTextAreaElement).selectionStart)}
        @click=${(event: Event) => (this.caret = (event.target as HTMLTextAreaElement).selectionStart)}
      ></textarea>
      ${combobox ? this.renderWords() : nothing}
    `;
  }

  private renderWords(): TemplateResult {
    const { say, offers, active } = this;
    return html`
      <div
        id="words"
        class="words"
        role="listbox"
        aria-label=${say('text.completions')}
        title=${say('text.completionHint')}
      >
        ${offers.map(
          (offer, index) => html`
            <span
              id=${`word-${index}`}
              class="word"
              role="option"
              aria-selected=${String(index === active)}
              @pointerdown=${(event: Event) => event.preventDefault()}
              @click=${() => this.accept(offer)}
              ><bdi>${offer.word}</bdi></span
            >
          `,
        )}
      </div>
    `;
  }
}
