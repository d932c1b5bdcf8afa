import { html, svg, type TemplateResult } from 'lit';

export interface Line {
  name: string;
  /** Positive numbers, one a place; NaN where there is none. */
  values: readonly number[];
}

const [width, height, left, right, top, bottom] = [420, 240, 62, 18, 12, 26];
const dashes = ['none', '7 4', '2 3', '10 3 2 3'];

/** Lines over places that double, both axes by ratios: a straight line is a power. `unit` writes a number of the axis. */
export function logLines(parts: {
  label: string;
  lines: readonly Line[];
  places: readonly number[];
  unit: (value: number) => string;
}): TemplateResult {
  const { label, lines, places, unit } = parts;
  const known = lines.flatMap(({ values }) => values.filter((value) => value > 0));
  const low = Math.floor(Math.log10(Math.min(...known)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...known))), low + 1);
  const x = (i: number): number => left + ((width - left - right) * i) / (places.length - 1);
  const y = (value: number): number => top + ((height - top - bottom) * (high - Math.log10(value))) / (high - low);
  const decades = Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n));
  const path = (values: readonly number[]): string =>
    values
      .flatMap((value, i) => (value > 0 ? [`${x(i).toFixed(1)} ${y(value).toFixed(1)}`] : []))
      .map((point, n) => `${n === 0 ? 'M' : 'L'}${point}`)
      .join('');
  return html`<figure>
    <svg class="log-lines" viewBox="0 0 ${width} ${height}" role="img" aria-label=${label}>
      ${decades.map(
        (value) => svg`<path class="axis" d="M${left} ${y(value)}H${width - right}" />
          <text x=${left - 6} y=${y(value) + 4} text-anchor="end">${unit(value)}</text>`,
      )}
      ${places.map((place, i) =>
        i % 2 === 0 ? svg`<text x=${x(i)} y=${height - 8} text-anchor="middle">${place}</text>` : '',
      )}
      ${lines.map(
        ({ values }, n) =>
          svg`<path class=${`line line-${n}`} d=${path(values)} stroke-dasharray=${dashes[n % dashes.length]!} />`,
      )}
    </svg>
    <figcaption class="soft keys">
      ${lines.map(
        ({ name }, n) =>
          html`<span
            ><svg viewBox="0 0 28 8" aria-hidden="true">
              <path class=${`line line-${n}`} d="M0 4H28" stroke-dasharray=${dashes[n % dashes.length]!} /></svg
            >${name}</span
          >`,
      )}
    </figcaption>
  </figure>`;
}
