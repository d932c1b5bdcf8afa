import { byteMark, isContinuation, utf8 } from './bytes.ts';
import { addGap, type Pieces } from './pieces.ts';

/** A token that was cut from a text, to be found there again. */
export interface Placed {
  /** -1 for an unknown one. */
  id: number;
  /** What it puts into the text, in UTF-8; none for an unknown one. */
  bytes: Uint8Array;
  /** The same as text. */
  surface: string;
}

/**
 * Tokens that cover the UTF-8 form of the text without gaps: their lengths place them. A character that several of them share
 * stands with the first; the others begin with the mark of its bytes. Null if the bytes are not those of the text, but for a
 * space in front.
 */
export function alignBytes(text: string, tokens: readonly Placed[]): Pieces | null {
  const expected = utf8(text);
  const covered = tokens.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const lead = covered - expected.length;
  if (lead !== 0 && lead !== 1) return null;
  let at = -lead;
  for (const { bytes } of tokens) {
    for (const byte of bytes) if (byte !== (expected[at++] ?? 0x20)) return null;
  }
  const characters = text[Symbol.iterator]();
  let reached = 0;
  let target = -lead;
  const pieces = tokens.map(({ bytes }) => {
    // The space in front stands before the text.
    const rest = bytes.subarray(0, Math.max(0, reached - Math.max(0, target)));
    target += bytes.length;
    let piece = byteMark(rest);
    while (reached < target) {
      const character = characters.next().value!;
      piece += character;
      reached += utf8(character).length;
    }
    return piece;
  });
  return { ids: tokens.map(({ id }) => id), tokens: pieces };
}

const kSearchWindow = 200;

/** Looks each token's characters up in the text, in order; what lies between goes to the tokens not found. */
export function alignSurfaces(text: string, tokens: readonly Placed[]): Pieces {
  const pieces: Pieces = { ids: [], tokens: [] };
  let cursor = 0;
  let waiting: Placed[] = [];
  const settle = (to: number): void => {
    if (waiting.length === 0) addGap(pieces, text.slice(cursor, to));
    waiting.forEach(({ id, bytes }, index) => {
      pieces.ids.push(id);
      pieces.tokens.push(index === 0 ? text.slice(cursor, to) : isContinuation(bytes[0]) ? byteMark(bytes) : '');
    });
    waiting = [];
  };
  for (const token of tokens) {
    const found = findSurface(text, token.surface, cursor);
    if (!found) {
      waiting.push(token);
      continue;
    }
    settle(found.start);
    pieces.ids.push(token.id);
    pieces.tokens.push(text.slice(found.start, found.end));
    cursor = found.end;
  }
  settle(text.length);
  return pieces;
}

function findSurface(text: string, wanted: string, cursor: number): { start: number; end: number } | null {
  const ahead = text.slice(cursor, cursor + kSearchWindow);
  for (const form of [wanted, wanted.trim()]) {
    if (!form) continue;
    const exact = ahead.indexOf(form);
    const at = exact >= 0 ? exact : ahead.toLowerCase().indexOf(form);
    if (at >= 0) return { start: cursor + at, end: cursor + at + form.length };
  }
  return null;
}
