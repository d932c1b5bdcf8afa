import { html, type TemplateResult } from 'lit';
import type { Translate } from '../rooms/section.ts';

/** Telling states of a room, by their names in both languages. */
export type Example = readonly [en: string, zh: string, go: () => void];

export function exampleRow(t: Translate, all: readonly Example[]): TemplateResult {
  return html`<p class="examples">
    <span class="soft">${t('Try:', '试试：')}</span>
    ${all.map(([en, zh, go]) => html`<button type="button" class="example" @click=${go}>${t(en, zh)}</button>`)}
  </p>`;
}
