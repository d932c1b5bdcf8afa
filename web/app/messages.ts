import en from './messages/en.json' with { type: 'json' };
import zh from './messages/zh.json' with { type: 'json' };
import type { Lang } from './settings.ts';

export type MessageKey = keyof typeof en;
export type Say = (key: MessageKey, values?: Record<string, string | number>) => string;

const messages: Record<Lang, Record<MessageKey, string>> = { en, zh };

/** The message of `key`, with `{name}` replaced by `values.name`. */
export function sayer(lang: Lang): Say {
  return (key, values = {}) =>
    messages[lang][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** With commas between thousands, as both languages write them. To load `Intl` for this costs the first picture some 20 ms. */
export function wholeNumber(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A share in [0, 1] as a percentage with one digit after the point. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** Milliseconds with a digit after the point while that says something. */
export function milliseconds(value: number): string {
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}

export function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
