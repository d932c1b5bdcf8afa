import { html, nothing, type TemplateResult } from 'lit';
import { header } from './header.ts';
import { nextPanel } from './next.ts';
import { continues } from '../session.ts';
import type { Panel } from './panel.ts';
import { picturePanel } from './picture.ts';
import { foot, messages } from './status.ts';
import { textPanel } from './text.ts';
import { writePanel } from './write.ts';

/** The whole page. */
export function page(panel: Panel): TemplateResult {
  const { live, actions, say } = panel;
  return html`
    <a class="skip" href="#picture" @click=${skip}>${say('skip')}</a>
    ${header(panel)}
    <main>
      ${messages(panel)} ${textPanel(panel)} ${picturePanel(panel)}
      <div class="below">
        ${live.picture && !continues(live.picture.info) ? live.parts?.headPanel(panel, live.picture) : [nextPanel(panel), writePanel(panel)]}
      </div>
    </main>
    ${foot(panel)} ${live.dragging ? html`<div class="drop">${say('model.drop')}</div>` : nothing}
    ${live.choosing ? html`<own-model .live=${live} .actions=${actions}></own-model>` : nothing}
  `;
}

/** The hash belongs to the settings, so the link moves the focus itself. */
function skip(event: Event): void {
  event.preventDefault();
  const target = document.getElementById('picture');
  target?.setAttribute('tabindex', '-1');
  target?.focus();
}
