import { html, nothing, type TemplateResult } from 'lit';
import { visibleToken } from '../../src/plots/tokens.ts';
import { wholeNumber } from '../messages.ts';
import { characterModelFor, localModel, shippedModel, shippedModels } from '../models.ts';
import { maxLinkText } from '../hash.ts';
import type { WordModel } from '../text-field.ts';
import type { Panel } from './panel.ts';
import { loading } from './status.ts';

/** The text field with its examples, and the model that reads it. */
export function textPanel(panel: Panel): TemplateResult {
  const { live, actions, say } = panel;
  return html`
    <section class="writing">
      ${modelMenu(panel)}
      ${
        live.open?.info.image
          ? live.parts?.imageField(panel)
          : html`<text-field
                .text=${live.settings.text}
                .say=${say}
                .words=${wordModel(live)}
                @text-input=${(event: CustomEvent<string>) => actions.setText(event.detail)}
              ></text-field>
              ${live.parts?.pairField(panel)} ${examples(panel)}`
      }
      ${loading(panel)}
      <div class="remarks" aria-live="polite">${remarks(panel)}</div>
    </section>
  `;
}

let made: { of: unknown; model: WordModel } | null = null;

/** The same object as long as nothing changed, so that the field need not render again. */
function wordModel({ open, picture }: Panel['live']): WordModel | null {
  if (!open || shippedModel(open.name)?.reads !== 'words') return null;
  const of = picture?.model === open.name ? picture.run : open.info;
  if (made?.of !== of) {
    const next = picture?.model === open.name ? { text: picture.run.text, probs: picture.run.probs.data } : null;
    made = { of, model: { vocabulary: open.info.vocabulary, next } };
  }
  return made.model;
}

function examples({ live, actions, say }: Panel): TemplateResult | typeof nothing {
  const { lang, text } = live.settings;
  const all = live.open?.info.examples ?? [];
  if (all.length === 0) return nothing;
  const mine = all.filter((example) => example.lang === lang);
  const others = all.filter((example) => example.lang !== lang);
  return html`
    <div class="examples" role="group" aria-label=${say('text.examples')}>
      <span class="label" aria-hidden="true">${say('text.examples')}</span>
      ${[...mine.slice(0, 4), ...others.slice(0, mine.length > 0 ? 2 : 6)].map(
        (example) => html`
          <button
            type="button"
            class="example"
            lang=${example.lang}
            aria-pressed=${String(example.text === text)}
            @click=${() => actions.chooseExample(example)}
          >
            <bdi>${example.text}</bdi>
          </button>
        `,
      )}
    </div>
  `;
}

function modelMenu({ live, actions, say }: Panel): TemplateResult {
  const shown = live.open?.name ?? live.settings.model;
  const label = (name: string, text: string) =>
    name === shown && live.weights?.edits.length ? say('model.changed', { name: text }) : text;
  const choose = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    if (value !== localModel && value !== live.open?.name) actions.openShipped(value);
  };
  return html`
    <div class="model">
      <label for="model">${say('model.label')}</label>
      <select id="model" @change=${choose}>
        ${shippedModels.map(
          ({ name }) =>
            html`<option value=${name} .selected=${name === shown}>
              ${label(name, say(`model.${name}` as 'model.tang'))}
            </option>`,
        )}
        ${
          live.own
            ? html`<option value=${localModel} .selected=${shown === localModel}>
                ${label(localModel, say('model.local', { title: [live.own.title, live.own.quantize].filter(Boolean).join(', ') }))}
              </option>`
            : nothing
        }
      </select>
      <button type="button" @click=${actions.chooseModel}>${say('model.openOwn')}</button>
    </div>
  `;
}

/** What the visitor should know about how the text was read. */
function remarks({ live, actions, say }: Panel): (TemplateResult | typeof nothing)[] {
  const { picture, settings, empty, open } = live;
  const remarks: TemplateResult[] = [];
  if (empty) remarks.push(html`<p>${say('text.empty')}</p>`);
  if (settings.text.length > maxLinkText) remarks.push(html`<p>${say('text.tooLongForLink')}</p>`);
  if (picture && !empty) {
    const { unknown, total, tokens } = picture.run.source ?? picture.run;
    if (total > tokens.length) {
      const from = visibleToken(tokens.slice(0, 3).join(' ')).slice(0, 40);
      const values = {
        total: wholeNumber(total),
        used: wholeNumber(tokens.length),
        left: wholeNumber(total - tokens.length),
        from,
      };
      remarks.push(html`<p>${say('text.window', values)}</p>`);
    }
    if (unknown.length > 0) {
      const text =
        unknown.length === 1 ? say('text.unknownOne') : say('text.unknownMany', { count: wholeNumber(unknown.length) });
      const target = characterModelFor(settings.text);
      const offer = open?.name !== target && shippedModel(open?.name)?.reads === 'words';
      remarks.push(html`
        <p>
          <span class="unknown-mark" aria-hidden="true">?</span> ${text}
          ${
            offer
              ? html`<button type="button" @click=${() => actions.openShipped(target)}>
                  ${say('text.switchModel')}
                </button>`
              : nothing
          }
        </p>
      `);
    }
  }
  return remarks;
}
