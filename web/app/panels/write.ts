import { html, nothing, type TemplateResult } from 'lit';
import { milliseconds, percent, wholeNumber, type MessageKey } from '../messages.ts';
import { changed, type Sampling } from '../settings.ts';
import type { Panel } from './panel.ts';

interface NumberField {
  name: 'temperature' | 'topK' | 'topP' | 'seed' | 'maxTokens';
  least: number;
  most: number;
  step: number;
  hint?: MessageKey;
}

const numberFields: readonly NumberField[] = [
  { name: 'temperature', least: 0, most: 5, step: 0.1, hint: 'write.temperatureHint' },
  { name: 'topK', least: 0, most: 1000, step: 1, hint: 'write.topKHint' },
  { name: 'topP', least: 0, most: 1, step: 0.05, hint: 'write.topPHint' },
  { name: 'seed', least: 0, most: 4_294_967_295, step: 1 },
  { name: 'maxTokens', least: 1, most: 500, step: 1 },
];

/** Generation: the text goes on, token by token. */
export function writePanel(panel: Panel): TemplateResult {
  const { live, actions, say } = panel;
  const running = live.generated?.state === 'running';
  const idle = !live.picture || live.empty;
  return html`
    <section class="write" aria-labelledby="write-title">
      <h2 id="write-title">${say('write.title')}</h2>
      <p class="caption">${say('write.about')}</p>
      <div class="change">
        <button
          type="button"
          class="primary"
          ?disabled=${idle && !running}
          @click=${running ? actions.stopWriting : actions.write}
        >
          ${say(running ? 'write.stop' : 'write.start')}
        </button>
        ${
          live.generated && !running
            ? html`<button type="button" @click=${actions.useWritten}>${say('write.use')}</button>`
            : nothing
        }
      </div>
      ${output(panel)}
      <details>
        <summary>${say('write.settings')}</summary>
        <div class="sampling">${numberFields.map((field) => numberInput(panel, field))} ${stopInput(panel)}</div>
      </details>
    </section>
  `;
}

function output({ live, say }: Panel): TemplateResult | typeof nothing {
  const { generated, settings } = live;
  if (!generated) return nothing;
  const { prompt, steps, state, milliseconds: time } = generated;
  const values = { count: wholeNumber(steps.length), milliseconds: milliseconds(time) };
  return html`
    <div
      class="output"
      role="log"
      aria-label=${say('write.output')}
      aria-busy=${String(state === 'running')}
      tabindex="0"
    >
      <bdi
        ><span class="prompt">${prompt}</span>${steps.map(
          ({ token, probability }) => html`<span class="written" title=${percent(probability)}>${token}</span>`,
        )}${state === 'running' ? html`<span class="caret" aria-hidden="true"></span>` : nothing}</bdi
      >
    </div>
    <p class="caption" role="status">
      ${state === 'running' ? nothing : say(state === 'done' ? 'write.done' : 'write.stopped', values)}
      ${state !== 'running' && changed(settings.changes) ? say('write.withChanges') : nothing}
    </p>
  `;
}

function numberInput({ live, actions, say }: Panel, { name, least, most, step, hint }: NumberField): TemplateResult {
  const now = live.settings.sampling[name];
  const type = (event: Event) => {
    const value = (event.target as HTMLInputElement).valueAsNumber;
    const fits = value >= least && value <= most && (step !== 1 || Number.isInteger(value));
    if (fits && value !== now) actions.setSampling({ [name]: value } as Partial<Sampling>);
  };
  // What does not fit is taken back once the visitor leaves the field.
  const leave = (event: Event) => ((event.target as HTMLInputElement).value = String(now));
  return html`
    <label>
      <span>${say(`write.${name}`)}</span>
      <input type="number" min=${least} max=${most} step=${step} .value=${String(now)} @input=${type} @blur=${leave} />
      ${hint ? html`<small>${say(hint)}</small>` : nothing}
    </label>
  `;
}

function stopInput({ live, actions, say }: Panel): TemplateResult {
  return html`
    <label>
      <span>${say('write.until')}</span>
      <input
        type="text"
        maxlength="40"
        .value=${live.settings.sampling.stop}
        @input=${(event: Event) => actions.setSampling({ stop: (event.target as HTMLInputElement).value })}
      />
      <small>${say('write.untilHint')}</small>
    </label>
  `;
}
