import { html, type TemplateResult } from 'lit';
import type { Translate } from './section.ts';

/** Telling states of a room, each a button. */
export function examples(t: Translate, all: readonly (readonly [name: string, show: () => void])[]): TemplateResult {
  return html`<p class="examples">
    <span class="soft">${t('Try:', '试试：')}</span>
    ${all.map(([name, show]) => html`<button type="button" class="example" @click=${show}>${name}</button>`)}
  </p>`;
}
