import type { Stand } from '../src/elements/scene.ts';
import type { Theme } from '../src/elements/theme.ts';

/** A cell of the attention map: row `query` looks at column `key`. */
export interface Cell {
  query: number;
  key: number;
}

export interface HeadRef {
  layer: number;
  head: number;
}

/** What the visitor changed inside the forward pass. */
export interface Changes {
  /** Heads that are switched off. */
  off: readonly HeadRef[];
  /** Cells whose permission is the opposite of the model's own. */
  mask: readonly Cell[];
  /** Scores are divided by it before the softmax; 1 leaves them as they are. */
  temperature: number;
}

export interface Sampling {
  maxTokens: number;
  temperature: number;
  topK: number;
  topP: number;
  seed: number;
  stop: string;
}

export type Lang = 'en' | 'zh';
export type View = 'map' | 'arcs';

/** Everything that a link carries. */
export interface Settings {
  model: string;
  text: string;
  /** A second text, for models that read pairs. */
  pair: string;
  /** The attention that is shown, and changed. */
  stand: Stand;
  shown: HeadRef;
  cell: Cell | null;
  view: View;
  links: boolean;
  changes: Changes;
  sampling: Sampling;
  lang: Lang;
  theme: Theme;
}

export const noChanges: Changes = { off: [], mask: [], temperature: 1 };

export const standardSampling: Sampling = {
  maxTokens: 40,
  temperature: 0.8,
  topK: 0,
  topP: 1,
  seed: 1,
  stop: '',
};

export function standardSettings(lang: Lang, theme: Theme): Settings {
  return {
    model: 'sentences',
    text: '',
    pair: '',
    stand: 'self',
    shown: { layer: 0, head: 0 },
    cell: null,
    view: 'map',
    links: true,
    changes: noChanges,
    sampling: standardSampling,
    lang,
    theme,
  };
}

export function sameHead(a: HeadRef, b: HeadRef): boolean {
  return a.layer === b.layer && a.head === b.head;
}

export function sameCell(a: Cell | null, b: Cell | null): boolean {
  return a === b || (a !== null && b !== null && a.query === b.query && a.key === b.key);
}

export function changed({ off, mask, temperature }: Changes): boolean {
  return off.length > 0 || mask.length > 0 || temperature !== 1;
}
