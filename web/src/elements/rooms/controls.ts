import { html, type TemplateResult } from 'lit';
import type { Facts, Parameter } from '../../engine/types.ts';
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

/** How far sliders of whole numbers reach at least, whatever a row would take. */
const mostSteps = 16;
/** Steps of other sliders. */
const fineSteps = 200;

/** Ranges wider than this factor go by ratios. */
const wide = 100;

/**
 * Where a number lies on its slider, 0 to 1, and back: whole numbers evenly, wide ranges by ratios, and one that begins
 * at 0 bent so that its usual number is in the middle; so is one without an end, whose last step is infinity.
 */
export function track({ minimum, maximum, standard, whole }: Parameter): {
  steps: number;
  from: (n: number) => number;
  to: (t: number) => number;
} {
  const most = Math.max(mostSteps, 2 * standard);
  const low = whole ? Math.max(minimum, -most) : minimum;
  const high = whole ? Math.min(maximum, most) : maximum;
  const within = (t: number): number => Math.min(Math.max(t, 0), 1);
  if (whole) {
    const share = (n: number): number => within((n - low) / (high - low));
    return { steps: high - low, from: share, to: (t) => Math.round(low + (high - low) * t) };
  }
  if (high === Infinity) {
    return {
      steps: fineSteps,
      from: (n) => (n === Infinity ? 1 : (n - low) / (n - low + standard - low)),
      to: (t) => (t >= 1 ? Infinity : Number((low + ((standard - low) * t) / (1 - t)).toPrecision(3))),
    };
  }
  const between = (t: number, n: number): number => (t <= 0 ? low : t >= 1 ? high : Number(n.toPrecision(3)));
  if (low > 0 && high / low > wide) {
    const ratio = Math.log(high / low);
    return {
      steps: fineSteps,
      from: (n) => within(Math.log(n / low) / ratio),
      to: (t) => between(t, low * Math.exp(ratio * t)),
    };
  }
  const middle = (standard - low) / (high - low);
  const power = middle > 0 && middle < 1 ? Math.log(middle) / Math.log(0.5) : 1;
  return {
    steps: fineSteps,
    from: (n) => within((n - low) / (high - low)) ** (1 / power),
    to: (t) => between(t, low + (high - low) * t ** power),
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
  const { steps, from, to } = track(parameter);
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
