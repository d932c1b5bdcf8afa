import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Measurement } from './cases.ts';
import type { Say } from './messages.ts';
import { cellsOf, factsOf, fullLabelOf, gigaflops, percent, wrongText } from './report.ts';
import { budgets, isTimed, rateOf, secondsOf, type Length, type State } from './state.ts';

export interface Actions {
  setLength(length: Length): void;
  start(): void;
  cancel(): void;
  copyTable(): void;
  copyJson(): void;
}

interface View {
  state: State;
  actions: Actions;
  lang: string;
  say: Say;
}

export function view(parts: View): TemplateResult {
  return html`${controls(parts)} ${progress(parts)} ${messages(parts)} ${table(parts)} ${facts(parts)}`;
}

const lengths = Object.keys(budgets) as Length[];

function controls({ state, actions, say }: View): TemplateResult {
  const running = state.phase === 'running';
  const empty = !state.results.outcomes.some((outcome) => outcome);
  return html`
    <div class="row controls">
      <fieldset class="row" ?disabled=${running}>
        <legend class="unseen">${say('length')}</legend>
        ${lengths.map(
          (length) => html`
            <label class="check">
              <input
                type="radio"
                name="length"
                value=${length}
                .checked=${state.length === length}
                @change=${() => actions.setLength(length)}
              />
              ${say(length, { seconds: secondsOf(state, length) })}
            </label>
          `,
        )}
      </fieldset>
      <button
        type="button"
        id="start"
        class="primary"
        ?disabled=${running || state.measurements.length === 0}
        @click=${actions.start}
      >
        ${say(state.phase === 'idle' ? 'start' : 'again')}
      </button>
      <button type="button" id="cancel" ?disabled=${!running} @click=${actions.cancel}>${say('cancel')}</button>
      <span class="row copies">
        <button type="button" class="plain" ?disabled=${empty} @click=${actions.copyTable}>${say('copyTable')}</button>
        <button type="button" class="plain" ?disabled=${empty} @click=${actions.copyJson}>${say('copyJson')}</button>
      </span>
    </div>
  `;
}

function progress({ state, say }: View): TemplateResult {
  const { phase, current, measurements } = state;
  const measurement = measurements[current];
  const values = { place: current + 1, total: measurements.length };
  return html`
    <div class="progress" ?hidden=${phase !== 'running'}>
      <progress aria-label=${say('now')} max=${measurements.length || 1} .value=${Math.max(0, current)}></progress>
      <span>
        ${measurement ? say('measuring', { ...values, name: fullLabelOf(measurement, say) }) : say('starting')}
      </span>
    </div>
  `;
}

function messages({ state, say }: View): TemplateResult {
  const { phase, measurements, results, failure, notice, copy, unknown, all } = state;
  const count = results.outcomes.filter((outcome) => outcome).length;
  const ended = phase === 'done' || phase === 'cancelled';
  return html`
    <div role="alert">
      ${unknown.length > 0 ? html`<p class="message failure">${say('unknownRows', { names: unknown.join(', ') })}</p>` : nothing}
      ${
        failure
          ? html`<p class="message failure">
              <span
                >${say('failed')} ${failure.code ? html`<code>${failure.code}</code>` : nothing}
                ${failure.message}</span
              >
            </p>`
          : nothing
      }
    </div>
    ${all ? nothing : html`<p class="soft">${say('onlyLinked')} <a href="benchmark.html">${say('allRows')}</a></p>`}
    <p role="status" class="soft">
      ${ended ? say(phase, { count, total: measurements.length }) : nothing} ${notice ? say(notice) : nothing}
    </p>
    ${
      copy
        ? html`<textarea class="copy" readonly rows="8" aria-label=${say('copyText')} .value=${copy}></textarea>`
        : nothing
    }
  `;
}

function table(parts: View): TemplateResult {
  const { state, say } = parts;
  const kinds = [...new Set(state.measurements.map(({ row }) => row.kind))];
  return html`
    <div class="scroll">
      <table>
        <caption class="unseen">
          ${say('caption')}
        </caption>
        <thead>
          <tr>
            ${(['case', 'best', 'median', 'flops', 'share'] as const).map((key) => html`<th scope="col">${say(key)}</th>`)}
          </tr>
        </thead>
        <tbody>
          <tr class="peak">
            <th scope="row">${say('peak')} <small>${say('peakLabel')}</small></th>
            <td></td>
            <td></td>
            <td>${state.results.peak > 0 ? gigaflops(state.results.peak) : '–'}</td>
            <td>${state.results.peak > 0 ? shareCell(1) : '–'}</td>
          </tr>
        </tbody>
        ${kinds.map(
          (kind) => html`
            <tbody>
              <tr>
                <th scope="rowgroup" colspan="5">${say(kind)}</th>
              </tr>
              ${state.measurements.map((measurement, index) =>
                measurement.row.kind === kind ? line(parts, measurement, index) : nothing,
              )}
            </tbody>
          `,
        )}
      </table>
    </div>
  `;
}

function line({ state, say }: View, measurement: Measurement, index: number): TemplateResult {
  const { row, form } = measurement;
  const label = html`
    <th scope="row"><span>${row.label}</span> ${row.forms.length > 1 ? html`<small>${say(form)}</small>` : nothing}</th>
  `;
  const outcome = state.results.outcomes[index];
  if (state.phase === 'running' && state.current === index) {
    return html`<tr class="now" data-case=${row.name}>
      ${label}
      <td colspan="4">${say('now')}</td>
    </tr>`;
  }
  if (!outcome) {
    return html`<tr data-case=${row.name}>
      ${label}${[1, 2, 3, 4].map(() => html`<td>–</td>`)}
    </tr>`;
  }
  if (!isTimed(outcome)) {
    return html`<tr class="wrong" data-case=${row.name}>
      ${label}
      <td colspan="4">${wrongText(outcome, say)}</td>
    </tr>`;
  }
  const cells = cellsOf(measurement, outcome.best, outcome.median, state.results.peak);
  const rate = rateOf(measurement, outcome.best);
  const share = rate === null ? cells[3] : shareCell(rate / state.results.peak);
  return html`
    <tr data-case=${row.name}>
      ${label}
      <td>${cells[0]}</td>
      <td>${cells[1]}</td>
      <td>${cells[2]}</td>
      <td>${share}</td>
    </tr>
  `;
}

/** A percentage over its bar. */
function shareCell(share: number): TemplateResult {
  return html`${percent(share)}
    <svg class="bar" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
      ${svg`<rect width=${Math.min(100, 100 * share)} height="3"></rect>`}
    </svg>`;
}

function facts({ state, lang, say }: View): TemplateResult {
  return html`
    <section class="facts">
      <h2>${say('machine')}</h2>
      <dl>
        ${factsOf(state, lang, say).map(
          ([name, value]) =>
            html`<div>
              <dt>${name}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>
    </section>
  `;
}
