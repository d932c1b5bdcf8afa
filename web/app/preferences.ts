import { themes, type Theme } from '../src/elements/theme.ts';
import type { Lang } from './settings.ts';

const storageKey = 'attention-playground';

interface Preferences {
  lang: Lang;
  theme: Theme;
}

/** What the visitor chose last time, else the browser's language and the system's colours. */
export function readPreferences(): Preferences {
  const wanted = navigator.languages.find((tag) => /^(zh|en)\b/i.test(tag)) ?? 'en';
  const standard: Preferences = { lang: /^zh/i.test(wanted) ? 'zh' : 'en', theme: 'auto' };
  try {
    const { lang, theme } = (JSON.parse(localStorage.getItem(storageKey) ?? '{}') ?? {}) as Partial<Preferences>;
    return {
      lang: lang === 'en' || lang === 'zh' ? lang : standard.lang,
      theme: themes.find((known) => known === theme) ?? standard.theme,
    };
  } catch {
    // Storage may be forbidden, or hold what another program wrote.
    return standard;
  }
}

export function writePreferences({ lang, theme }: Preferences): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify({ lang, theme }));
  } catch {
    // The page works without memory.
  }
}
