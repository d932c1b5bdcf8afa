import { textWidth, visibleToken } from './tokens.ts';

/** A token's box; arcs start at the middle of its edge. */
export interface TokenBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Tokens along a line; arcs back to earlier tokens on one side, arcs ahead on the other. */
export interface ArcLayout {
  width: number;
  height: number;
  across: boolean;
  font: number;
  boxes: TokenBox[];
  /** How far an arc stands out, per pixel of half its span; arcs are halves of ellipses. */
  bulge: number;
  /** Edge of the token line from which arcs back and arcs ahead start: a `y` if `across`, else an `x`. */
  backEdge: number;
  aheadEdge: number;
}

export interface ArcSpace {
  width: number;
  tokens: readonly string[];
  /** Longest arc back and longest arc ahead, in places; 0 if there is none. */
  back: number;
  ahead: number;
}

const margin = 10;
const lineHeight = 30;
/** Room for the loop of a token that looks at itself. */
const loopRoom = 24;
/** Room for percentages, in front of a column of tokens. */
const shareRoom = 46;

function layoutAcross({ width, tokens, back, ahead }: ArcSpace, font: number, slots: number[]): ArcLayout {
  const used = slots.reduce((sum, slot) => sum + slot, 0);
  const spread = Math.min(26, (width - 2 * margin - used) / tokens.length);
  const drawn = used + spread * tokens.length + 2 * margin;
  const left = Math.max(margin, (width - drawn) / 2 + margin);
  const pitch = (used + spread * tokens.length) / tokens.length;
  const tallest = Math.min(200, Math.max(96, width * 0.26));
  const half = (Math.max(back, ahead, 1) * pitch) / 2;
  const bulge = Math.min(1, tallest / half);
  const room = (places: number): number =>
    places === 0 ? loopRoom : Math.max(loopRoom, ((places * pitch) / 2) * bulge + 6);
  const top = Math.ceil(room(back)) + margin;
  const below = ahead === 0 ? 0 : Math.ceil(room(ahead));
  let x = left;
  const boxes = slots.map((slot) => {
    const box = { x, y: top, width: slot + spread, height: lineHeight };
    x += slot + spread;
    return box;
  });
  // Percentages stand under the tokens; arcs ahead start below them.
  const foot = 18;
  return {
    width,
    height: top + lineHeight + below + foot + 4,
    across: true,
    font,
    boxes,
    bulge,
    backEdge: top,
    aheadEdge: top + lineHeight + foot,
  };
}

function layoutDown({ width, tokens, back, ahead }: ArcSpace, font: number): ArcLayout {
  const pitch = tokens.length > 40 ? 17 : 25;
  const widest = tokens.reduce((most, token) => Math.max(most, textWidth(visibleToken(token), font)), 0);
  const column = Math.min(width * 0.4, Math.ceil(widest) + 18);
  const room = width - column - 2 * margin - shareRoom;
  const share = back + ahead === 0 ? 0 : ahead / (back + ahead);
  const half = (Math.max(back, ahead, 1) * pitch) / 2;
  const bulge = Math.min(1, Math.max(20, Math.min(240, room * Math.max(share, 1 - share))) / half);
  const out = (places: number): number => ((places * pitch) / 2) * bulge;
  const used = out(ahead) + shareRoom + column + out(back);
  const left = margin + out(ahead) + shareRoom + Math.max(0, (width - 2 * margin - used) / 2);
  const boxes = tokens.map((_, index) => ({ x: left, y: margin + index * pitch, width: column, height: pitch }));
  return {
    width,
    height: tokens.length * pitch + 2 * margin,
    across: false,
    font,
    boxes,
    bulge,
    backEdge: left + column,
    aheadEdge: left - shareRoom,
  };
}

/** Lays tokens out across if they fit in the width, else down. */
export function layoutArcs(space: ArcSpace): ArcLayout {
  const font = space.tokens.length > 40 ? 12 : 14;
  const slots = space.tokens.map((token) => Math.max(font + 2, textWidth(visibleToken(token), font) + 8));
  const needed = slots.reduce((sum, slot) => sum + slot, 0) + 2 * margin;
  return needed <= space.width ? layoutAcross(space, font, slots) : layoutDown(space, font);
}

/** The half ellipse from a query to a key, as an SVG path. */
export function arcPath(layout: ArcLayout, query: number, key: number): string {
  const middle = (index: number): number => {
    const box = layout.boxes[index]!;
    return layout.across ? box.x + box.width / 2 : box.y + box.height / 2;
  };
  const round = (value: number): number => Math.round(value * 100) / 100;
  const [from, to] = [round(middle(query)), round(middle(key))];
  const edge = round(key > query ? layout.aheadEdge : layout.backEdge);
  if (query === key) {
    const out = edge + (layout.across ? -25 : 25);
    const [low, high] = [round(from - 17), round(from + 17)];
    return layout.across
      ? `M${from - 3} ${edge}C${low} ${out} ${high} ${out} ${from + 3} ${edge}`
      : `M${edge} ${from - 3}C${out} ${low} ${out} ${high} ${edge} ${from + 3}`;
  }
  const half = round(Math.abs(from - to) / 2);
  const out = round(half * layout.bulge);
  // Back arcs stand above a line across, and right of a line down: one turning sense each.
  if (layout.across) return `M${from} ${edge}A${half} ${out} 0 0 0 ${to} ${edge}`;
  return `M${edge} ${from}A${out} ${half} 0 0 0 ${edge} ${to}`;
}
