/** What the scripts of the demos' pages have in common: places of the page, words for numbers, the page's look. */

export const at = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

/** Writes each value into every place within `part` that is kept for it by `data-value`. */
export function fill(values: Record<string, string | number>, part: ParentNode = document): void {
  for (const [name, value] of Object.entries(values)) {
    part.querySelectorAll(`[data-value="${name}"]`).forEach((place) => (place.textContent = String(value)));
  }
}

/** A share in [0, 1] as a percentage. */
export const percent = (share: number, digits = 0): string => `${(100 * share).toFixed(digits)}%`;

export const headName = ({ layer, head }: { layer: number; head: number }): string => `L${layer}·H${head}`;

/** Language and colours as the plots want them; `page-look` tells of a change. */
export function look(): { lang: 'en' | 'zh'; theme: 'light' | 'dark' } {
  const { lang, dataset } = document.documentElement;
  return { lang: lang.startsWith('zh') ? 'zh' : 'en', theme: dataset.shade === 'dark' ? 'dark' : 'light' };
}
