import { html, nothing, type TemplateResult } from 'lit';
import type { Facts, Parameter } from '../../engine/types.ts';
import { labelOf, parameterSlider, slider } from '../rooms/controls.ts';
import { number } from '../rooms/matrix.ts';
import type { Translate } from '../rooms/section.ts';

const noiseStep = 0.005;
const noiseSteps = 60;
/** Sides of patches and windows are odd; sliders go so far. */
const longest: Record<string, number> = { patch: 15, search: 41 };

interface ControlOptions {
  noise: number;
  /** The chosen filter. */
  row: Facts | undefined;
  params: Record<string, number>;
  isChinese: boolean;
  t: Translate;
  onNoise: (sigma: number) => void;
  onRedraw: () => void;
  onParameter: (name: string, value: number) => void;
}

/** The noise, and the parameters of the chosen filter. */
export function controls(options: ControlOptions): TemplateResult {
  const { noise, row, isChinese, t, onNoise, onRedraw } = options;
  return html`<div class="controls">
    ${slider({
      id: 'denoising-noise',
      label: t('noise', '噪声'),
      hint: t('standard deviation', '标准差'),
      value: noise / noiseStep,
      maximum: noiseSteps,
      text: number(noise, 3),
      onChange: (step) => onNoise(Number((step * noiseStep).toFixed(3))),
    })}
    <p class="row"><button type="button" @click=${onRedraw}>${t('Draw other noise', '换一批噪声')}</button></p>
    ${
      row
        ? html`<h3>${labelOf(row, isChinese)}</h3>
            ${row.params.map((parameter) => knob(parameter, options))}`
        : nothing
    }
  </div>`;
}

function knob(parameter: Parameter, { params, isChinese, onParameter }: ControlOptions): TemplateResult {
  const { name } = parameter;
  const id = `denoising-${name}`;
  const value = params[name]!;
  const end = longest[name];
  const onChange = (changed: number): void => onParameter(name, changed);
  if (end === undefined) return parameterSlider({ id, parameter, value, isChinese, onChange });
  return slider({
    id,
    label: name,
    hint: isChinese ? parameter.meaning_zh : parameter.meaning,
    value: (value - 1) / 2,
    maximum: (end - 1) / 2,
    text: number(value, 0),
    onChange: (step) => onChange(2 * step + 1),
  });
}
