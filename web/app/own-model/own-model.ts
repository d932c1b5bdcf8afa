import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { modelFamilies } from '../../src/engine/families.ts';
import type { ModelSource } from '../../src/engine/types.ts';
import type { Actions } from '../actions.ts';
import { toFailure } from '../failure.ts';
import type { Failure, Live } from '../live.ts';
import { megabytes, sayer } from '../messages.ts';
import type { OwnModel } from '../models.ts';
import { deleteKept, keepModel, listKept, readKept, type KeptModel } from './kept.ts';
import { ownSayer, type SayOwn } from './messages.ts';
import './own-model.css';
import { readSource } from './source.ts';

/** The dialog in which a visitor opens a model of their own: from files, from the network, or one that was kept. */
export class OwnModelDialog extends LitElement {
  static override properties = {
    live: { attribute: false },
    actions: { attribute: false },
    typed: { state: true },
    keepsNext: { state: true },
    rounds: { state: true },
    kept: { state: true },
    told: { state: true },
    busy: { state: true },
  };

  declare live: Live;
  declare actions: Actions;
  declare typed: string;
  declare keepsNext: boolean;
  /** What is opened next stands in memory as int8. */
  declare rounds: boolean;
  declare kept: readonly KeptModel[];
  /** What went wrong here; what the page itself reports stands in `live`. */
  declare told: { title: string; failure: Failure } | null;
  declare busy: 'opening' | 'saving' | null;
  /** A host that the page's policy did not let it ask. */
  private blocked = '';

  constructor() {
    super();
    this.typed = '';
    this.keepsNext = this.rounds = false;
    this.kept = [];
    this.told = null;
    this.busy = null;
  }

  /** The page's own styles hold here. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('securitypolicyviolation', this.note);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('securitypolicyviolation', this.note);
  }

  private readonly note = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent): void => {
    if (effectiveDirective !== 'connect-src') return;
    this.blocked = URL.parse?.(blockedURI)?.host ?? blockedURI;
    this.requestUpdate();
  };

  protected override firstUpdated(_: PropertyValues): void {
    this.querySelector('dialog')!.showModal();
    void this.list();
  }

  private get say(): SayOwn {
    return ownSayer(this.live.settings.lang);
  }

  private async list(): Promise<void> {
    await this.attempt('failedKept', async () => (this.kept = await listKept()));
  }

  /** True if `work` succeeded; else says what went wrong. */
  private async attempt(what: 'failedKeep' | 'failedKept', work: () => Promise<unknown>): Promise<boolean> {
    this.told = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.told = { title: this.say(what), failure: toFailure('failure.open', error) };
      return false;
    }
  }

  private async open(source: ModelSource, title: string, isKept = false): Promise<void> {
    this.blocked = '';
    this.told = null;
    this.busy = 'opening';
    const own = await this.actions.openOwn(source, { title, ...(this.rounds && { quantize: 'int8' }) });
    this.busy = null;
    if (!own) return;
    if (this.keepsNext && !isKept && !(await this.keep(own))) return;
    this.close();
  }

  private async keep({ title, files }: OwnModel): Promise<boolean> {
    this.busy = 'saving';
    const isKept = await this.attempt('failedKeep', async () => {
      const { name } = await keepModel(title, files);
      this.actions.nameOwn(name);
    });
    this.busy = null;
    if (isKept) await this.list();
    return isKept;
  }

  private close(): void {
    this.querySelector('dialog')?.close();
  }

  private closed(): void {
    if (this.busy === 'opening') this.actions.cancelOpening();
    this.actions.endChoosing();
  }

  override render(): TemplateResult {
    const { say } = this;
    return html`
      <dialog class="own-model" aria-labelledby="own-title" @close=${() => this.closed()}>
        <header>
          <h2 id="own-title">${say('title')}</h2>
          <button type="button" class="plain" aria-label=${say('close')} @click=${() => this.close()}>✕</button>
        </header>
        <p class="caption">${say('about', { families: modelFamilies.join(', ') })}</p>
        ${this.failure()}
        ${this.busy ? this.progress(this.busy) : [this.computer(), this.network(), this.choices(), this.keeping()]}
      </dialog>
    `;
  }

  private failure(): TemplateResult | typeof nothing {
    const { failure: shared } = this.live;
    const failure = this.told?.failure ?? (shared?.attempt === 'failure.open' ? shared : null);
    if (!failure || this.busy) return nothing;
    const title = this.told?.title ?? sayer(this.live.settings.lang)('failure.open');
    return html`
      <div class="message failure" role="alert">
        <div>
          <p><strong>${title}</strong>${failure.code ? html` <code>${failure.code}</code>` : nothing}</p>
          <p class="detail"><bdi>${failure.message}</bdi></p>
          ${this.blocked ? html`<p>${this.say('policy', { host: this.blocked })}</p>` : nothing}
        </div>
      </div>
    `;
  }

  private progress(what: 'opening' | 'saving'): TemplateResult {
    const { say } = this;
    const shared = sayer(this.live.settings.lang);
    const { loaded, total } = this.live.progress;
    const isReading = what === 'opening' && loaded > 0 && (total === 0 || loaded < total);
    const bytes =
      total > 0 ? shared('phase.bytes', { loaded: megabytes(loaded), total: megabytes(total) }) : megabytes(loaded);
    const label = what === 'saving' ? say('saving') : isReading ? shared('phase.loading') : say('opening');
    return html`
      <section class="loading">
        <label for="own-loading">${label}</label>
        ${
          isReading && total > 0
            ? html`<progress id="own-loading" max=${total} .value=${loaded}></progress>`
            : html`<progress id="own-loading"></progress>`
        }
        <span>${isReading ? bytes : nothing}</span>
        ${
          what === 'opening'
            ? html`<button type="button" @click=${this.actions.cancelOpening}>${say('cancel')}</button>`
            : nothing
        }
      </section>
    `;
  }

  private computer(): TemplateResult {
    const { say } = this;
    const choose = (event: Event): void => {
      const input = event.target as HTMLInputElement;
      const files = [...(input.files ?? [])];
      const folder = files[0]?.webkitRelativePath.split('/')[0] ?? '';
      if (files.length > 0) void this.open(files, folder);
    };
    return html`
      <section>
        <h3>${say('computer')}</h3>
        <div class="row">
          <label class="button file">
            ${say('folder')}<input type="file" multiple webkitdirectory @change=${choose} />
          </label>
          <label class="button file">${say('files')}<input type="file" multiple @change=${choose} /></label>
        </div>
        <p class="soft">${say('formats')}</p>
      </section>
    `;
  }

  private network(): TemplateResult {
    const { say } = this;
    const source = readSource(this.typed, document.baseURI);
    const submit = (event: Event): void => {
      event.preventDefault();
      if (source) void this.open(source.url, source.title);
    };
    return html`
      <section>
        <h3>${say('network')}</h3>
        <form @submit=${submit}>
          <label for="own-address">${say('address')}</label>
          <div class="address">
            <input
              id="own-address"
              type="text"
              inputmode="url"
              spellcheck="false"
              autocapitalize="off"
              autocomplete="off"
              placeholder="distilbert/distilgpt2"
              aria-describedby="own-quiet"
              .value=${this.typed}
              @input=${(event: Event) => (this.typed = (event.target as HTMLInputElement).value)}
            />
            <button type="submit" class="primary" ?disabled=${!source}>
              ${source ? say('fetchFrom', { host: source.url.host }) : say('fetch')}
            </button>
          </div>
          <p id="own-quiet" class="soft">${say('quiet')}</p>
        </form>
      </section>
    `;
  }

  private choices(): TemplateResult {
    const choice = (key: 'rounds' | 'keepsNext'): TemplateResult => html`
      <label class="check">
        <input
          type="checkbox"
          .checked=${this[key]}
          @change=${(event: Event) => (this[key] = (event.target as HTMLInputElement).checked)}
        />
        ${this.say(key)}
      </label>
    `;
    return html`
      <section>
        <h3>${this.say('choices')}</h3>
        ${choice('keepsNext')} ${choice('rounds')}
      </section>
    `;
  }

  private keeping(): TemplateResult | typeof nothing {
    const { say, kept } = this;
    const { own } = this.live;
    const open = own && !kept.some(({ name }) => name === own.title) ? own : null;
    if (!open && kept.length === 0) return nothing;
    return html`
      <section>
        <h3>${say('kept')}</h3>
        <ul>
          ${open ? this.openRow(open) : nothing} ${kept.map((model) => this.keptRow(model))}
        </ul>
      </section>
    `;
  }

  private openRow(own: OwnModel): TemplateResult {
    const { say } = this;
    const label = say('keepNamed', { name: own.title });
    return html`<li>
      <bdi>${own.title}</bdi><span class="soft">${say('openNow')}</span>
      <button type="button" aria-label=${label} @click=${() => this.keep(own)}>${say('keep')}</button>
    </li>`;
  }

  private keptRow({ name, bytes }: KeptModel): TemplateResult {
    const { say } = this;
    const open = (): Promise<boolean> =>
      this.attempt('failedKept', async () => this.open(await readKept(name), name, true));
    const remove = async (): Promise<void> => {
      await this.attempt('failedKept', () => deleteKept(name));
      await this.list();
    };
    return html`<li>
      <bdi>${name}</bdi><span class="soft">${megabytes(bytes)}</span>
      <button type="button" aria-label=${say('openNamed', { name })} @click=${open}>${say('open')}</button>
      <button type="button" class="plain" aria-label=${say('deleteNamed', { name })} @click=${remove}>
        ${say('delete')}
      </button>
    </li>`;
  }
}
