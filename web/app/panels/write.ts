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
      <div class="change">
        ${running
          ? html`<button type="button" class="primary" @click=${actions.stopWriting}>${say('write.stop')}</button>`
          : html`<button type="button" class="primary" ?disabled=${idle} @click=${actions.write}>${say('write.start')}</button>`}
        ${live.generated && !running
          ? html`<button type="button" @click=${actions.useWritten}>${say('write.use')}</button>`
          : nothing}
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
  const values = { count: wholeNumber(steps.length, settings.lang), milliseconds: milliseconds(time) };
  return html`
    <div class="output" role="log" aria-label=${say('write.output')} aria-busy=${String(state === 'running')} tabindex="0"><bdi
        ><span class="prompt">${prompt}</span>${steps.map(
          ({ token, probability }) => html`<span class="written" title=${percent(probability, settings.lang)}>${token}</span>`,
        )}${state === 'running' ? html`<span class="caret" aria-hidden="true"></span>` : nothing}</bdi
      ></div>
    <p class="caption" role="status">
      ${state === 'running' ? nothing : say(state === 'done' ? 'write.done' : 'write.stopped', values)}
      ${state !== 'running' && changed(settings.changes) ? say('write.withChanges') : nothing}
    </p>
  `;
}

function numberInput({ live, actions, say }: Panel, { name, least, most, step, hint }: NumberField): TemplateResult {
  const change = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const value = input.valueAsNumber;
    const whole = step === 1;
    const fits = value >= least && value <= most && (!whole || Number.isInteger(value));
    if (fits) actions.setSampling({ [name]: value } as Partial<Sampling>);
    else input.value = String(live.settings.sampling[name]);
  };
  return html`
    <label>
      <span>${say(`write.${name}`)}</span>
      <input type="number" min=${least} max=${most} step=${step} .value=${String(live.settings.sampling[name])} @change=${change} />
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
        @change=${(event: Event) => actions.setSampling({ stop: (event.target as HTMLInputElement).value })}
      />
      <small>${say('write.untilHint')}</small>
    </label>
  `;
}
