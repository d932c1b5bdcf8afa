import { html, nothing, type TemplateResult } from 'lit';
import { megabytes, milliseconds, wholeNumber } from '../messages.ts';
import type { Panel } from './panel.ts';

/** What went wrong, and what was done about it. */
export function messages({ live, actions, say }: Panel): TemplateResult {
  const { failure, notice, picture, open } = live;
  const close = html`
    <button type="button" class="plain" aria-label=${say('notice.dismiss')} @click=${actions.dismiss}>✕</button>
  `;
  const kept = failure?.attempt === 'failure.open' ? open && say('failure.keptModel') : picture && say('failure.kept');
  return html`
    <div class="messages">
      <div role="alert">
        ${
          failure
            ? html`<div class="message failure">
                <div>
                  <p>
                    <strong>${say(failure.attempt)}</strong
                    >${failure.code ? html` <code>${failure.code}</code>` : nothing}
                  </p>
                  <p class="detail"><bdi>${failure.message}</bdi></p>
                  ${kept ? html`<p>${kept}</p>` : nothing}
                </div>
                ${close}
              </div>`
            : nothing
        }
      </div>
      <div role="status">
        ${
          notice
            ? html`<div class="message notice">
                <p>${say(notice.key, notice.values)}</p>
                ${close}
              </div>`
            : nothing
        }
      </div>
    </div>
  `;
}

/** The bar of a load in progress. */
export function loading({ live, actions, say }: Panel): TemplateResult | typeof nothing {
  const { phase, progress } = live;
  if (phase === 'ready') return nothing;
  const { loaded, total } = progress;
  const bytes =
    total > 0 ? say('phase.bytes', { loaded: megabytes(loaded), total: megabytes(total) }) : megabytes(loaded);
  return html`
    <div class="loading">
      <label for="loading">${say(phase === 'starting' ? 'phase.starting' : 'phase.loading')}</label>
      <progress id="loading" max=${total || 1} .value=${total > 0 ? loaded : 0}></progress>
      <span>${loaded > 0 ? bytes : nothing}</span>
      ${
        live.cancellable
          ? html`<button type="button" @click=${actions.cancelOpening}>${say('phase.cancel')}</button>`
          : nothing
      }
    </div>
  `;
}

export function foot({ live, actions, say }: Panel): TemplateResult {
  const { picture, build, open, parts } = live;
  return html`
    <footer>
      <span>${picture ? say('foot.time', { milliseconds: milliseconds(picture.run.milliseconds) }) : nothing}</span>
      <span>${build ? say(`foot.build.${build}`) : nothing}</span>
      <span
        >${
          open
            ? (parts?.facts({ live, actions, say }) ??
              say('model.facts', {
                layers: wholeNumber(open.info.n_layers),
                heads: wholeNumber(open.info.n_heads),
                parameters: wholeNumber(open.info.parameters),
                vocabulary: wholeNumber(open.info.vocab_size),
              }))
            : nothing
        }</span
      >
      <span>${say('foot.private')}</span>
      <a href="lineage.html">${say('foot.lineage')}</a>
      <a href="mechanisms.html">${say('foot.mechanisms')}</a>
      <a href="benchmark.html">${say('foot.benchmark')}</a>
    </footer>
  `;
}
