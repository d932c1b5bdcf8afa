import { css, html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { styled } from '../rooms/styled.ts';

/** Classes are told by colour and by shape; from the seventh on the same again, hollow. */
const kinds = 6;
const outlines: readonly ((r: number) => string)[] = [
  (r) => `M${-r} 0A${r} ${r} 0 1 0 ${r} 0A${r} ${r} 0 1 0 ${-r} 0Z`,
  (r) => `M0 ${-1.25 * r}L${1.2 * r} ${0.85 * r}H${-1.2 * r}Z`,
  (r) => `M${-0.9 * r} ${-0.9 * r}H${0.9 * r}V${0.9 * r}H${-0.9 * r}Z`,
  (r) => `M0 ${-1.35 * r}L${1.1 * r} 0L0 ${1.35 * r}L${-1.1 * r} 0Z`,
  (r) => plus(r),
  (r) => `M0 ${1.25 * r}L${1.2 * r} ${-0.85 * r}H${-1.2 * r}Z`,
];

function plus(r: number): string {
  const [far, near] = [1.2 * r, 0.45 * r];
  return `M${-near} ${-far}H${near}V${-near}H${far}V${near}H${near}V${far}H${-near}V${near}H${-far}V${-near}H${-near}Z`;
}

/** The colour of a class, for CSS. */
export const classColour = (one: number): string => `var(--class-${one % kinds})`;

/** A mark about 2 r wide at (x, y); of no class, a plain dot. */
export function classMark(one: number | null, x: number, y: number, r: number): SVGTemplateResult {
  const outline = outlines[(one ?? 0) % kinds]!(r);
  const isHollow = (one ?? 0) >= kinds;
  const colour = one === null ? 'var(--attn-accent)' : classColour(one);
  return svg`<path d=${outline} transform=${`translate(${x.toFixed(2)} ${y.toFixed(2)})`} ${styled({
    fill: isHollow ? 'var(--attn-paper)' : colour,
    stroke: isHollow ? colour : 'var(--attn-paper)',
  })} stroke-width=${isHollow ? 1.6 : 0.8} />`;
}

/** The classes in words, each with its mark. */
export function classLegend(names: readonly string[], counts: readonly number[]): TemplateResult {
  return html`<ul class="classes">
    ${names.map(
      (name, one) =>
        html`<li>
          <svg viewBox="-9 -9 18 18" aria-hidden="true">${classMark(one, 0, 0, 6)}</svg>${name}
          <span class="soft">${counts[one]}</span>
        </li>`,
    )}
  </ul>`;
}

export const classStyles = css`
  :host {
    --class-0: light-dark(#4338ca, #a9a4ff);
    --class-1: light-dark(#c2410c, #ffb14a);
    --class-2: light-dark(#0f766e, #4fd1c5);
    --class-3: light-dark(#a21caf, #f0abfc);
    --class-4: light-dark(#4d7c0f, #a3e635);
    --class-5: light-dark(#0369a1, #7dd3fc);
  }
  .classes {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem 1.1rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .classes li {
    display: inline-flex;
    gap: 0.35rem;
    align-items: center;
    max-width: 100%;
    overflow-wrap: anywhere;
  }
  .classes svg {
    flex: none;
    width: 1.1rem;
    height: 1.1rem;
  }
`;
