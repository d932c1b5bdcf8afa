import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Actions } from '../actions.ts';
import { toFailure } from '../failure.ts';
import type { Failure, Live } from '../live.ts';
import { toolSayer, type SayTool, type ToolKey } from './messages.ts';

/** What the panels below the picture share: the page's state and styles, and a place for what went wrong. */
export abstract class ToolPanel extends LitElement {
  static override properties = {
    live: { attribute: false },
    actions: { attribute: false },
    busy: { state: true },
    failure: { state: true },
  };

  declare live: Live;
  declare actions: Actions;
  declare busy: boolean;
  declare failure: Failure | null;
  protected abstract readonly heading: ToolKey;
  protected abstract readonly failed: ToolKey;

  constructor() {
    super();
    this.busy = false;
    this.failure = null;
  }

  /** The page's own styles hold here. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected get say(): SayTool {
    return toolSayer(this.live.settings.lang);
  }

  /** Does one thing at a time, and keeps what went wrong. */
  protected async attempt(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.failure = null;
    try {
      await work();
    } catch (error) {
      this.failure = toFailure('failure.tool', error);
    }
    this.busy = false;
  }

  protected abstract content(say: SayTool): unknown;

  override render(): TemplateResult {
    const { say, failure } = this;
    return html`
      <section class="tool" aria-label=${say(this.heading)}>
        <h3>${say(this.heading)}</h3>
        ${this.content(say)}
        <div role="alert">
          ${
            failure
              ? html`<div class="message failure">
                  <div>
                    <p>
                      <strong>${say(this.failed)}</strong
                      >${failure.code ? html` <code>${failure.code}</code>` : nothing}
                    </p>
                    <p class="detail"><bdi>${failure.message}</bdi></p>
                  </div>
                </div>`
              : nothing
          }
        </div>
      </section>
    `;
  }
}
