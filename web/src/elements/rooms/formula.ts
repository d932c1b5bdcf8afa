import { html, nothing, type TemplateResult } from 'lit';
import { code, mathml } from 'virtual:formulas';
import type { Facts } from '../../engine/types.ts';
import type { Translate } from './section.ts';

const parsed = new Map<string, Element>();

/** Marks TeX whose MathML is made while building. */
export const tex = String.raw;

/** A formula as MathML; as the TeX itself where the build did not know it. */
export function formula(source: string): Node | TemplateResult {
  const text = mathml[source];
  if (text === undefined) return html`<code>${source}</code>`;
  if (!parsed.has(source)) {
    parsed.set(source, new DOMParser().parseFromString(text, 'application/xml').documentElement);
  }
  return document.importNode(parsed.get(source)!, true);
}

/** What a row of a table says of itself: its formula, where it comes from, the lines that compute it. */
export function explain(row: Facts, t: Translate): TemplateResult {
  return html`
    <div class="explained">
      <p class="formula" tabindex="0">${formula(row.formula)}</p>
      <p class="soft">${row.reference}</p>
      ${codeOf(row.function, t)}
    </div>
  `;
}

/** Functions of at most so many lines stand open beside their formula. */
const shortest = 8;

/** A function of the core; nothing for a name that the build did not find. */
export function codeOf(name: string, t: Translate): TemplateResult | typeof nothing {
  const source = code[name];
  if (source === undefined) return nothing;
  return html`<details ?open=${source.text.split('\n').length <= shortest}>
    <summary>${t('The lines that compute it', '计算它的代码')}</summary>
    <p class="soft"><code>${source.file}:${source.line}</code></p>
    <pre tabindex="0"><code>${source.text}</code></pre>
  </details>`;
}
