import type { Theme } from './types.ts';

/** Role -> colour per theme. A page overrides a role with the CSS variable `--attn-<role>`. */
const roles: Record<string, Record<Theme, string>> = {
  ink: { light: '#1b1b2f', dark: '#ecebf5' },
  soft: { light: '#5f6079', dark: '#a3a2bb' },
  faint: { light: '#dfdfe9', dark: '#33334a' },
  paper: { light: '#ffffff', dark: '#15151f' },
  accent: { light: '#4338ca', dark: '#a9a4ff' },
  wash: { light: '#eeedfb', dark: '#26264a' },
  hatch: { light: '#c9c9d8', dark: '#45455e' },
  link: { light: '#c2410c', dark: '#ffb14a' },
  more: { light: '#0b7a53', dark: '#5fd6a4' },
  less: { light: '#b4232f', dark: '#ff8f8f' },
};

export const fontStack =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";

/** The colour itself, for canvas and files. A paint that is no role is already a colour. */
export function plainColour(paint: string, theme: Theme): string {
  return roles[paint]?.[theme] ?? paint;
}

/** The colour with the page's say: `var(--attn-ink, #1b1b2f)`. */
export function pageColour(paint: string, theme: Theme): string {
  const role = roles[paint];
  return role ? `var(--attn-${paint}, ${role[theme]})` : paint;
}
