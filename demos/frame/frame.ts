/** Language, colours and failures of a demo's page. A change of the look tells `page-look` on the document; `look` of page.ts says what it is. */

/** The playground keeps its choice under the same name, so that a choice holds for the whole site. */
const storageKey = 'attention-playground';
const themes = ['auto', 'light', 'dark'];
const themeNames: Record<string, { en: string; zh: string }> = {
  auto: { en: 'Colours: as the system', zh: '配色：跟随系统' },
  light: { en: 'Colours: light', zh: '配色：浅色' },
  dark: { en: 'Colours: dark', zh: '配色：深色' },
};

const root = document.documentElement;
const darkSystem = matchMedia('(prefers-color-scheme: dark)');
const chosen = readChoice();

function readChoice(): { lang: 'en' | 'zh'; theme: string } {
  const wanted = navigator.languages.find((tag) => /^(zh|en)\b/i.test(tag)) ?? 'en';
  const standard = { lang: /^zh/i.test(wanted) ? ('zh' as const) : ('en' as const), theme: 'auto' };
  try {
    const { lang, theme } = JSON.parse(localStorage.getItem(storageKey) ?? '{}') ?? {};
    return {
      lang: lang === 'en' || lang === 'zh' ? lang : standard.lang,
      theme: themes.includes(theme) ? theme : standard.theme,
    };
  } catch {
    // Storage may be forbidden, or hold what another program wrote.
    return standard;
  }
}

function writeChoice(): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(chosen));
  } catch {
    // The page works without memory.
  }
}

function makeButton(act: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'plain';
  button.addEventListener('click', () => {
    act();
    writeChoice();
    showChoice();
  });
  return button;
}

const langButton = makeButton(() => (chosen.lang = chosen.lang === 'en' ? 'zh' : 'en'));
const themeButton = makeButton(() => (chosen.theme = themes[(themes.indexOf(chosen.theme) + 1) % themes.length]!));

function showChoice(): void {
  const { lang, theme } = chosen;
  const shade = theme === 'auto' ? (darkSystem.matches ? 'dark' : 'light') : theme;
  root.lang = lang === 'zh' ? 'zh-CN' : 'en';
  Object.assign(root.dataset, { theme, shade });
  langButton.textContent = lang === 'en' ? '中文' : 'English';
  langButton.lang = lang === 'en' ? 'zh' : 'en';
  themeButton.textContent = themeNames[theme]![lang];
  const heading = document.querySelector(`h1 [data-lang="${lang}"]`)?.textContent ?? '';
  const site = lang === 'en' ? 'Attention Playground' : '注意力游乐场';
  document.title = `${heading} · ${site}`;
  document.dispatchEvent(new Event('page-look'));
}

/** Shows an error that nothing else caught; the last good picture stays. */
function showFailure(error: unknown): void {
  const { code = '', message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  const bar = document.createElement('div');
  bar.className = 'message failure';
  bar.setAttribute('role', 'alert');
  const text = document.createElement('p');
  const lead = { en: 'Something went wrong.', zh: '出了点问题。' }[chosen.lang];
  text.textContent = [lead, code && `${code}:`, message].filter(Boolean).join(' ');
  bar.append(text);
  document.querySelector('.failure')?.remove();
  document.querySelector('main')?.prepend(bar);
}

addEventListener('unhandledrejection', ({ reason }) => showFailure(reason));
addEventListener('error', ({ error }) => error && showFailure(error));
darkSystem.addEventListener('change', showChoice);
document.querySelector('.masthead nav')?.append(langButton, themeButton);
showChoice();

export {};
