import { html, type TemplateResult } from 'lit';
import { themes } from '../../src/elements/theme.ts';
import type { Panel } from './panel.ts';

/** Title, language and colours. */
export function header({ live, actions, say }: Panel): TemplateResult {
  const { lang, theme } = live.settings;
  const other = lang === 'en' ? 'zh' : 'en';
  const nextTheme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
  return html`
    <header class="masthead">
      <h1>${say('title')}</h1>
      <p class="lead">${say('lead')}</p>
      <nav aria-label=${say('nav.label')}>
        <a href="gallery.html">${say('nav.gallery')}</a>
        <button
          type="button"
          class="plain"
          lang=${other}
          aria-label=${say('lang.label')}
          @click=${() => actions.setLang(other)}
        >
          ${say('lang.switch')}
        </button>
        <button type="button" class="plain" @click=${() => actions.setTheme(nextTheme)}>
          ${say(`theme.${theme}`)}
        </button>
      </nav>
    </header>
  `;
}
