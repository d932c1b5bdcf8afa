import type { Edit } from '../src/engine/types.ts';
import { changed, noChanges, sameCell, sameHead, type Cell, type Changes, type HeadRef } from './settings.ts';

/** Whether the causal mask lets `query` look at `key`. */
export function causal({ query, key }: Cell): boolean {
  return key <= query;
}

/** The painted mask, `(tokens, tokens)`: the causal one with the flipped cells. */
export function paintedMask(flipped: readonly Cell[], tokens: number): Uint8Array {
  const cells = new Uint8Array(tokens * tokens);
  for (let query = 0; query < tokens; ++query) cells.fill(1, query * tokens, query * tokens + query + 1);
  for (const { query, key } of flipped) {
    if (query < tokens && key < tokens) cells[query * tokens + key] = causal({ query, key }) ? 0 : 1;
  }
  return cells;
}

/** The engine's edits for a text of so many tokens. */
export function toEdits({ off, mask, temperature }: Changes, tokens: number): Edit[] {
  const edits: Edit[] = [];
  if (temperature !== 1) edits.push({ at: 'blocks.*.attn.scores', scale: 1 / temperature });
  const inside = mask.filter(({ query, key }) => query < tokens && key < tokens);
  if (inside.length > 0) {
    edits.push({ at: 'blocks.*.attn.scores', mask: { shape: [tokens, tokens], data: paintedMask(inside, tokens) } });
  }
  for (const { layer, head } of off) edits.push({ at: `blocks.${layer}.attn.pattern`, head, set: 0 });
  return edits;
}

/** Edits for generation, whose text grows: a mask painted for this text has no meaning there. */
export function toGenerationEdits(changes: Changes): Edit[] {
  return toEdits({ ...changes, mask: [] }, 0);
}

export function toggleHead(changes: Changes, head: HeadRef): Changes {
  const off = changes.off.filter((other) => !sameHead(other, head));
  return { ...changes, off: off.length < changes.off.length ? off : [...off, head] };
}

/** Lets `cell` be looked at, or not. */
export function paintCell(changes: Changes, cell: Cell, allowed: boolean): Changes {
  const mask = changes.mask.filter((other) => !sameCell(other, cell));
  return { ...changes, mask: allowed === causal(cell) ? mask : [...mask, cell] };
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
