export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const darkQuery = '(prefers-color-scheme: dark)';

/** The colours that `theme` stands for now. */
export function resolveTheme(theme: Theme): 'light' | 'dark' {
  if (theme !== 'auto') return theme;
  return globalThis.matchMedia?.(darkQuery).matches ? 'dark' : 'light';
}

/** Calls `listener` whenever the system turns light or dark; the result ends that. */
export function watchSystemTheme(listener: () => void): () => void {
  const query = globalThis.matchMedia?.(darkQuery);
  query?.addEventListener('change', listener);
  return () => query?.removeEventListener('change', listener);
}
