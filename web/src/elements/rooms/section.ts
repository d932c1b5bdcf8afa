import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { openLab, type Lab } from './lab.ts';

/** The same text in two languages, of which the visitor sees one. */
export type Translate = (en: string, zh: string) => string;

interface Failure {
  code: string;
  message: string;
}

/**
 * A part of the page: what it shows is computed by the engine whenever its state changes. While a computation is under
 * way the last results stay; of changes that come meanwhile only the last is computed. What fails is said, and the last
 * good results stay.
 */
export abstract class Section extends LitElement {
  protected lab: Lab | null = null;
  #failure: Failure | null = null;
  #running = false;
  #due = false;
  readonly #onLook = (): void => this.requestUpdate();

  /** Fills the results from the state. Throws what the engine throws. */
  protected abstract compute(lab: Lab): Promise<void>;
  protected abstract show(lab: Lab): TemplateResult;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('page-look', this.#onLook);
    this.begin();
  }

  /** Starts the engine, then computes. */
  protected begin(): void {
    openLab().then(
      (lab) => {
        this.lab = lab;
        this.changed();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('page-look', this.#onLook);
  }

  protected get isChinese(): boolean {
    return document.documentElement.lang.startsWith('zh');
  }

  protected readonly t: Translate = (en, zh) => (this.isChinese ? zh : en);

  /** The state changed: draw it now, and compute. */
  protected changed(): void {
    this.requestUpdate();
    this.recompute();
  }

  /** The state changed and will be drawn: compute. */
  protected recompute(): void {
    this.#due = true;
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#due && this.lab) {
      this.#due = false;
      try {
        await this.compute(this.lab);
        this.#failure = null;
      } catch (error) {
        this.#fail(error);
      }
      this.requestUpdate();
    }
    this.#running = false;
  }

  #fail(error: unknown): void {
    const { code = '', message = String(error) } = (error ?? {}) as Partial<Failure>;
    this.#failure = { code, message };
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    if (!this.lab) {
      return html`<p class="waiting">${this.t('Starting the engine…', '正在启动计算内核……')}</p>
        ${this.#message()}`;
    }
    return html`${this.#message()}${this.show(this.lab)}`;
  }

  #message(): TemplateResult | typeof nothing {
    return this.#failure ? failureMessage(this.#failure, this.t) : nothing;
  }
}

/** An error as the reader sees it. */
export function failureMessage({ code, message }: Failure, t: Translate): TemplateResult {
  return html`<div class="message failure" role="alert">
    <p>
      ${t('That cannot be computed; what is shown is from before.', '无法计算；显示的是之前的结果。')}
      <span class="detail">${code ? html`<code>${code}</code>: ` : nothing}${message}</span>
    </p>
  </div>`;
}
