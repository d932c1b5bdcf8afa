import { html, svg, type TemplateResult } from 'lit';
import { styled } from './styled.ts';

/** Shares as a row of bars, each as high as its share of `full`. */
export function bars(parts: { data: ArrayLike<number>; full: number; label: string }): TemplateResult {
  const { data, full, label } = parts;
  return html`<div class="bars" role="img" aria-label=${label}>
    ${Array.from(data, (x) => html`<span ${styled({ '--share': String(Math.min(x / full, 1)) })}></span>`)}
  </div>`;
}

export interface Curve {
  name: string;
  side: number;
  values: readonly number[];
}

const [width, height, left, bottom] = [320, 150, 34, 24];

/** Curves over the same places, one place marked. Values from 0 to `top`. */
export function curves(parts: {
  label: string;
  all: readonly Curve[];
  places: readonly string[];
  marked: number;
  top: number;
  topName: string;
}): TemplateResult {
  const { label, all, places, marked, top, topName } = parts;
  const x = (i: number): number => left + ((width - left - 12) * i) / Math.max(places.length - 1, 1);
  const y = (value: number): number => 10 + (height - bottom - 10) * (1 - value / top);
  return html`<svg class="curves" viewBox="0 0 ${width} ${height}" role="img" aria-label=${label}>
    <path class="axis" d="M${left} ${y(0)}H${width - 8}M${left} ${y(top)}H${width - 8}" />
    <text x=${left - 5} y=${y(0) + 4} text-anchor="end">0</text>
    <text x=${left - 5} y=${y(top) + 4} text-anchor="end">${topName}</text>
    ${places.map((place, i) =>
      i % 2 === 0 ? svg`<text x=${x(i)} y=${height - 6} text-anchor="middle">${place}</text>` : '',
    )}
    <path class="here" d="M${x(marked)} ${y(0)}V${y(top)}" />
    ${all.map(
      ({ side, values }) => svg`
        <path class=${`curve side-${side}`} d=${values.map((v, i) => `${i === 0 ? 'M' : 'L'}${x(i)} ${y(v)}`).join('')} />
        <circle class=${`dot side-${side}`} cx=${x(marked)} cy=${y(values[marked] ?? 0)} r="4" />`,
    )}
  </svg>`;
}
