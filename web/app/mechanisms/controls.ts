import { html, type TemplateResult } from 'lit';
import type { Facts, Parameter } from '../../src/engine/types.ts';
import { number } from './matrix.ts';

/** Names of what has a label in both languages. */
export const labelOf = (row: Facts, isChinese: boolean): string => (isChinese ? row.label_zh : row.label);

/** A menu of a table's rows. */
export function menu(parts: {
  id: string;
  label: string;
  rows: readonly Facts[];
  chosen: string;
  isChinese: boolean;
  onChoose: (name: string) => void;
}): TemplateResult {
  const { id, label, rows, chosen, isChinese, onChoose } = parts;
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select id=${id} @change=${(event: Event) => onChoose((event.target as HTMLSelectElement).value)}>
      ${rows.map(
        (row) => html`<option value=${row.name} ?selected=${row.name === chosen}>${labelOf(row, isChinese)}</option>`,
      )}
    </select>
  </div>`;
}

/** How far sliders of whole numbers reach, whatever a row would take. */
const mostSteps = 16;

/** Where a number lies on its slider, 0 to 1, and back. A wide range is bent so that its usual number is in the middle. */
function track({ minimum, maximum, standard, whole }: Parameter): {
  from: (n: number) => number;
  to: (t: number) => number;
} {
  const low = whole ? Math.max(minimum, -mostSteps) : minimum;
  const high = whole ? Math.min(maximum, mostSteps) : maximum;
  const middle = (standard - low) / (high - low);
  const power = !whole && middle > 0 && middle < 0.2 ? Math.log(middle) / Math.log(0.5) : 1;
  return {
    from: (n) => Math.min(Math.max((n - low) / (high - low), 0), 1) ** (1 / power),
    to: (t) => {
      const exact = low + (high - low) * t ** power;
      return whole ? Math.round(exact) : Number(exact.toPrecision(3));
    },
  };
}

/** A slider for a number of a row, in its range. */
export function parameterSlider(parts: {
  id: string;
  parameter: Parameter;
  value: number;
  isChinese: boolean;
  onChange: (value: number) => void;
}): TemplateResult {
  const { id, parameter, value, isChinese, onChange } = parts;
  const { from, to } = track(parameter);
  const steps = parameter.whole
    ? Math.min(parameter.maximum, mostSteps) - Math.max(parameter.minimum, -mostSteps)
    : 200;
  return slider({
    id,
    label: parameter.name,
    hint: isChinese ? parameter.meaning_zh : parameter.meaning,
    value: from(value) * steps,
    maximum: steps,
    text: number(value, parameter.whole || Math.abs(value) >= 100 ? 0 : 2),
    onChange: (step) => onChange(to(step / steps)),
  });
}

/** A slider over whole steps from `minimum` (0 by default). */
export function slider(parts: {
  id: string;
  label: string;
  hint?: string;
  value: number;
  minimum?: number;
  maximum: number;
  text: string;
  onChange: (value: number) => void;
}): TemplateResult {
  const { id, label, hint = '', value, minimum = 0, maximum, text, onChange } = parts;
  return html`<div class="slider" title=${hint}>
    <label for=${id}><code>${label}</code> <span class="soft">${hint}</span></label>
    <output for=${id}>${text}</output>
    <input
      type="range"
      id=${id}
      min=${minimum}
      max=${maximum}
      step="1"
      .value=${String(Math.round(value))}
      aria-valuetext=${text}
      @input=${(event: Event) => onChange((event.target as HTMLInputElement).valueAsNumber)}
    />
  </div>`;
}
