import { html, nothing, type TemplateResult } from 'lit';
import { canReset, canUndo } from '../changes.ts';
import { wholeNumber } from '../messages.ts';
import { sameHead } from '../settings.ts';
import type { Panel } from './panel.ts';

/** The slider moves along the logarithm, so that 1 stands in the middle of 1/5 and 5. */
const slider = { least: -0.7, most: 0.7, step: 0.01 };
const toHeat = (position: number) => (Math.abs(position) < slider.step / 2 ? 1 : Number((10 ** position).toFixed(2)));

/** Heads off, the mask, the temperature inside attention. */
export function changesPanel({ live, actions, say }: Panel): TemplateResult {
  const { changes, shown } = live.settings;
  const on = !changes.off.some((head) => sameHead(head, shown));
  const place = say('change.head', { ...shown });
  return html`
    <section class="changes" aria-label=${say('change.title')} slot="side">
      <h2>${say('change.title')}</h2>
      <div class="change">
        <button
          type="button"
          class="switch"
          role="switch"
          aria-checked=${String(on)}
          aria-label=${`${place}: ${say(on ? 'change.headOn' : 'change.headOff')}`}
          @click=${() => actions.toggleHead(shown)}
        >
          <span class="track" aria-hidden="true"></span>
          <span>${say(on ? 'change.headOn' : 'change.headOff')}</span>
        </button>
        <span class="soft">${place}</span>
      </div>
      ${
        changes.off.length > 0
          ? html`<p class="soft">
              ${say('change.offList', { heads: changes.off.map(({ layer, head }) => `L${layer}·H${head}`).join(', ') })}
              <button type="button" class="plain" @click=${actions.allHeadsOn}>${say('change.allOn')}</button>
            </p>`
          : nothing
      }
      ${heat({ live, actions, say })}
      <div class="change">
        <button
          type="button"
          class="switch"
          role="switch"
          aria-checked=${String(live.painting)}
          @click=${() => actions.setPainting(!live.painting)}
        >
          <span class="track" aria-hidden="true"></span>
          <span>${say('change.mask')}</span>
        </button>
        ${
          changes.mask.length > 0
            ? html`<span class="soft">${say('change.maskCount', { count: wholeNumber(changes.mask.length) })}</span>`
            : nothing
        }
      </div>
      ${live.painting ? html`<p class="soft">${say('change.maskHint')}</p>` : nothing}
      <div class="change">
        <button type="button" ?disabled=${!canUndo(live.history)} @click=${actions.undo}>${say('change.undo')}</button>
        <button type="button" ?disabled=${!canReset(changes)} @click=${actions.reset}>${say('change.reset')}</button>
      </div>
    </section>
  `;
}

function heat({ live, actions, say }: Panel): TemplateResult {
  const { temperature } = live.settings.changes;
  const position = Math.log10(temperature);
  return html`
    <div class="heat">
      <label for="heat">${say('change.heat')}</label>
      <output for="heat">${temperature.toFixed(2)}</output>
      <input
        id="heat"
        type="range"
        min=${slider.least}
        max=${slider.most}
        step=${slider.step}
        .value=${String(position)}
        aria-valuetext=${temperature.toFixed(2)}
        aria-describedby="heat-hint"
        @input=${(event: Event) => actions.setHeat(toHeat(Number((event.target as HTMLInputElement).value)))}
        @change=${actions.endStroke}
      />
      <p id="heat-hint" class="soft">${say('change.heatHint')}</p>
    </div>
  `;
}
