import { arcPath } from './arcLayout.ts';
import type { ArcLayout } from './arcLayout.ts';
import { colourTable, hexOf, inkOn, levelOf } from './colour.ts';
import type { Drawing, Mark } from './marks.ts';
import type { HeadPattern } from './pattern.ts';
import { fitText, visibleToken } from './tokens.ts';
import type { Cell, Lang, Link, Palette, Theme } from './types.ts';
import { percent } from './words.ts';

/** Everything that the arcs show. */
export interface ArcState {
  layout: ArcLayout;
  pattern: HeadPattern;
  tokens: readonly string[];
  links: readonly Link[];
  /** Weights under this are not drawn. */
  threshold: number;
  selected: Cell | null;
  hovered: Cell | null;
  lang: Lang;
  theme: Theme;
  palette: Palette;
}

/** Weights that are drawn, weakest first, so that strong arcs lie on top. */
export function drawnCells(pattern: HeadPattern, threshold: number, query?: number): (Cell & { weight: number })[] {
  const cells: (Cell & { weight: number })[] = [];
  for (let i = query ?? 0; i < (query === undefined ? pattern.queries : query + 1); ++i) {
    for (let key = 0; key < pattern.keys; ++key) {
      const weight = pattern.at(i, key);
      if (weight >= threshold && weight > 0) cells.push({ query: i, key, weight });
    }
  }
  return cells.sort((a, b) => a.weight - b.weight);
}

function widthOf(weight: number, loop: boolean): number {
  return loop ? 0.75 + 1.75 * weight : 0.75 + 4.25 * weight;
}

function arcMarks(state: ArcState, active: Cell | null): Mark[] {
  const colours = colourTable(state.palette, state.theme);
  const crowd = 0.6 + 0.4 * Math.min(1, 14 / state.tokens.length);
  return drawnCells(state.pattern, state.threshold, active?.query).map(({ query, key, weight }) => ({
    kind: 'path',
    d: arcPath(state.layout, query, key),
    // Pale arcs would vanish on paper: the colour starts up the scale, width and opacity carry the rest.
    stroke: hexOf(colours, levelOf(0.4 + 0.6 * weight)),
    strokeWidth: widthOf(weight, query === key),
    opacity: active ? 0.55 + 0.45 * weight : (0.3 + 0.7 * weight) * crowd,
  }));
}

function linkMarks(state: ArcState, active: Cell | null): Mark[] {
  return state.links
    .filter((link) => !active || link.query === active.query)
    .map(({ query, key }) => ({
      kind: 'path',
      d: arcPath(state.layout, query, key),
      stroke: 'link',
      // A missed link is a fine line; a strong arc has a rim.
      strokeWidth: widthOf(state.pattern.at(query, key), query === key) + 0.75 + 2 * state.pattern.at(query, key),
    }));
}

function chipMarks(state: ArcState, index: number, active: Cell | null): Mark[] {
  const { layout } = state;
  const box = layout.boxes[index]!;
  const weight = active ? state.pattern.at(active.query, index) : 0;
  const on = active?.query === index;
  const fill = hexOf(colourTable(state.palette, state.theme), levelOf(weight));
  const shown = active !== null && weight >= state.threshold && weight > 0;
  const inset = layout.across ? 1 : 2;
  const chip = {
    kind: 'rect' as const,
    x: box.x + inset,
    y: box.y + (layout.across ? 4 : 1),
    width: box.width - 2 * inset,
    height: box.height - (layout.across ? 8 : 2),
    radius: 5,
  };
  const text = fitText(visibleToken(state.tokens[index]!), layout.font, box.width - 4 + (layout.across ? 6 : 0));
  return [
    ...(shown ? [{ ...chip, fill }] : []),
    ...(on ? [{ ...chip, stroke: 'accent', strokeWidth: 2 }] : []),
    ...(active?.key === index && !on ? [{ ...chip, stroke: 'accent', strokeWidth: 1, opacity: 0.75 }] : []),
    {
      kind: 'text',
      x: box.x + box.width / 2,
      y: box.y + box.height / 2 + layout.font * 0.35,
      text,
      fill: shown ? inkOn(fill) : on ? 'accent' : active ? 'soft' : 'ink',
      size: layout.font,
      weight: on ? 700 : 400,
      anchor: 'middle',
    },
  ];
}

/** Percentages beside the keys of the active query, strongest first, where they do not touch each other. */
function shareMarks(state: ArcState, active: Cell): Mark[] {
  const { layout } = state;
  const taken: number[] = [];
  const marks: Mark[] = [];
  for (const { key, weight } of drawnCells(state.pattern, state.threshold, active.query).reverse()) {
    const box = layout.boxes[key]!;
    const place = layout.across ? box.x + box.width / 2 : box.y + box.height / 2;
    if (taken.some((other) => Math.abs(other - place) < (layout.across ? 38 : 12))) continue;
    taken.push(place);
    const at = layout.across
      ? { x: place, y: box.y + box.height + 11, anchor: 'middle' as const }
      : { x: box.x - 5, y: place + 4, anchor: 'end' as const };
    marks.push({ kind: 'text', ...at, text: percent(weight), fill: 'soft', size: 11, digits: true, halo: true });
  }
  return marks;
}

/** The arcs as a list of marks. */
export function drawArcs(state: ArcState): Drawing {
  const active = state.hovered ?? state.selected;
  const { layout, theme, palette } = state;
  return {
    width: layout.width,
    height: layout.height,
    theme,
    palette,
    ground: [...linkMarks(state, active), ...arcMarks(state, active)],
    front: [
      ...state.tokens.flatMap((_, index) => chipMarks(state, index, active)),
      ...(active ? shareMarks(state, active) : []),
    ],
  };
}
