import type { ArithmeticData, ArithmeticOptions } from '../plots/index.ts';
import type { Cell, HeadPlace } from '../plots/types.ts';
import type { Lang } from './messages.ts';
import { rowOf, type Scene } from './scene.ts';

/** What `arithmetic` draws of one cell of one head; null while that layer's q, k and scores are not recorded. */
export function arithmeticOf(scene: Scene, { layer, head }: HeadPlace, cell: Cell): ArithmeticData | null {
  const { detail, patterns } = scene;
  const pattern = patterns[layer];
  if (!pattern || detail?.layer !== layer) return null;
  const q = rowOf(detail.q, head, cell.query);
  const group = detail.q.shape[0]! / detail.k.shape[0]!;
  return {
    q,
    k: rowOf(detail.k, Math.floor(head / group), cell.key),
    scale: 1 / Math.sqrt(q.length),
    scores: rowOf(detail.scores, head, cell.query),
    pattern: rowOf(pattern, head, cell.query),
    key: cell.key,
    temperature: detail.temperature,
  };
}

export function arithmeticLook(scene: Scene, cell: Cell, lang: Lang, theme: 'light' | 'dark'): ArithmeticOptions {
  return { query: scene.tokens[cell.query] ?? '', keyToken: scene.keyTokens[cell.key] ?? '', lang, theme };
}
