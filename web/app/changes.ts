import { isCausal, stationAt, type Stand } from '../src/elements/scene.ts';
import type { Edit, ModelInfo, Run } from '../src/engine/types.ts';
import { changed, noChanges, sameCell, sameHead, type Cell, type Changes, type HeadRef } from './settings.ts';

/** The map that a mask is painted on. */
export interface Ground {
  stand: Stand;
  /** Tokens that look, and those that are looked at. */
  queries: number;
  keys: number;
  /** The model's own mask: nothing after the token itself, or none. */
  causal: boolean;
}

/** The map of a run's attention at `stand`. */
export function groundOf(info: ModelInfo, { tokens, source }: Pick<Run, 'tokens' | 'source'>, stand: Stand): Ground {
  const [here, there] = [tokens.length, (source?.tokens ?? tokens).length];
  const causal = isCausal(info, stand);
  return {
    stand,
    queries: stand === 'encoder' ? there : here,
    keys: stand === 'encoder' || stand === 'cross' ? there : here,
    causal,
  };
}

/** Whether the model itself lets `query` look at `key`. */
function isOpen({ query, key }: Cell, causal: boolean): boolean {
  return !causal || key <= query;
}

/** The painted mask, `(queries, keys)`: the model's own with the flipped cells. */
export function paintedMask(flipped: readonly Cell[], { queries, keys, causal }: Ground): Uint8Array {
  const cells = new Uint8Array(queries * keys).fill(causal ? 0 : 1);
  if (causal) for (let query = 0; query < queries; ++query) cells.fill(1, query * keys, query * keys + query + 1);
  for (const { query, key } of flipped) {
    if (query < queries && key < keys) cells[query * keys + key] = isOpen({ query, key }, causal) ? 0 : 1;
  }
  return cells;
}

/** The engine's edits for a map of that size. */
export function toEdits({ off, mask, temperature }: Changes, ground: Ground): Edit[] {
  const { stand, queries, keys } = ground;
  const scores = stationAt(stand, '*', 'scores');
  const edits: Edit[] = [];
  if (temperature !== 1) edits.push({ at: scores, scale: 1 / temperature });
  const inside = mask.filter(({ query, key }) => query < queries && key < keys);
  if (inside.length > 0) {
    edits.push({ at: scores, mask: { shape: [queries, keys], data: paintedMask(inside, ground) } });
  }
  for (const { layer, head } of off) edits.push({ at: stationAt(stand, layer, 'pattern'), head, set: 0 });
  return edits;
}

/** Edits for generation, whose text grows: a mask painted for this text has no meaning there. */
export function toGenerationEdits(changes: Changes, stand: Stand): Edit[] {
  return toEdits({ ...changes, mask: [] }, { stand, queries: 0, keys: 0, causal: true });
}

export function toggleHead(changes: Changes, head: HeadRef): Changes {
  const off = changes.off.filter((other) => !sameHead(other, head));
  return { ...changes, off: off.length < changes.off.length ? off : [...off, head] };
}

/** Lets `cell` be looked at, or not. */
export function paintCell(changes: Changes, cell: Cell, allowed: boolean, causal: boolean): Changes {
  const mask = changes.mask.filter((other) => !sameCell(other, cell));
  return { ...changes, mask: allowed === isOpen(cell, causal) ? mask : [...mask, cell] };
}

/** Only what a model of this size has. */
export function fitChanges(changes: Changes, layers: number, heads: number): Changes {
  const off = changes.off.filter(({ layer, head }) => layer < layers && head < heads);
  return off.length === changes.off.length ? changes : { ...changes, off };
}

/** Earlier changes, newest last; one drag of a slider or brush is one step. */
export interface History {
  past: readonly Changes[];
  /** What the last step was about: steps of one `stroke` are one. */
  stroke: string;
}

export const emptyHistory: History = { past: [], stroke: '' };
const maxSteps = 100;

export function remember(history: History, before: Changes, stroke: string): History {
  if (stroke !== '' && stroke === history.stroke) return history;
  return { past: [...history.past, before].slice(-maxSteps), stroke };
}

/** The changes before the last step. */
export function undo(history: History): { changes: Changes; history: History } {
  return {
    changes: history.past.at(-1) ?? noChanges,
    history: { past: history.past.slice(0, -1), stroke: '' },
  };
}

export function canUndo(history: History): boolean {
  return history.past.length > 0;
}

export function canReset(changes: Changes): boolean {
  return changed(changes);
}
