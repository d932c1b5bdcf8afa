import { html, unsafeCSS, type CSSResultGroup, type PropertyValues, type TemplateResult } from 'lit';
import { palette } from '../palette.ts';
import { resolveTheme, watchSystemTheme, type Theme } from '../theme.ts';
import controls from './controls.css?inline';
import images from './images.css?inline';
import parts from './parts.css?inline';
import pictures from './pictures.css?inline';
import layout from './room.css?inline';
import { Section } from './section.ts';

/**
 * A section that may stand on any page: its styles are its own, its state are attributes, and it computes only once it
 * has come near the window. Attributes of all rooms: `lang` (`en`, `zh`; else that of the page), `theme` (`auto`,
 * `light`, `dark`; else that of the page, or of the system). Colours: CSS variables of `palette.ts`.
 */
export abstract class Room extends Section {
  static override styles: CSSResultGroup = [
    palette,
    ...[controls, parts, pictures, images, layout].map((text) => unsafeCSS(text)),
  ];
  static override properties = { lang: {}, theme: {} };
  declare theme: Theme;
  #ends: (() => void)[] = [];
  #watcher: IntersectionObserver | null = null;

  constructor() {
    super();
    this.theme = 'auto';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ends = [watchSystemTheme(() => this.requestUpdate())];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#ends) end();
    this.#watcher?.disconnect();
  }

  /** Starts the engine only when the reader comes near. */
  protected override begin(): void {
    this.#watcher = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        this.#watcher?.disconnect();
        super.begin();
      },
      { rootMargin: '300px' },
    );
    this.#watcher.observe(this);
  }

  protected override get isChinese(): boolean {
    const tag = this.lang || this.closest<HTMLElement>('[lang]')?.lang || document.documentElement.lang;
    return /^zh/i.test(tag);
  }

  /** The colours it has now. */
  protected get shade(): 'light' | 'dark' {
    const page = document.documentElement.dataset.shade;
    if (this.theme === 'auto' && page) return page === 'dark' ? 'dark' : 'light';
    return resolveTheme(this.theme);
  }

  protected override updated(changes: PropertyValues): void {
    super.updated(changes);
    if (this.getAttribute('data-shade') === this.shade) return;
    this.setAttribute('data-shade', this.shade);
    // What paints by itself in here paints again.
    this.renderRoot.dispatchEvent(new Event('page-look'));
  }

  protected override render(): TemplateResult {
    return html`<div class="room-root">${super.render()}</div>`;
  }
}
