import { drawHeads, layoutHeads, targetAt } from './headMarks.ts';
import type { Badge, HeadState, HeadTile } from './headMarks.ts';
import type { Picture } from './marks.ts';
import { checkTokens, headOf, headsOf, largestOf } from './pattern.ts';
import { makeFrame, tell } from './picture.ts';
import type { Frame } from './picture.ts';
import { makeStops } from './stops.ts';
import type { Stops } from './stops.ts';
import type { FullColour, HeadPlace, Lang, Look, MaskedAt, Tensor } from './types.ts';
import { say } from './words.ts';

export interface HeadGridOptions extends Look {
  /** One per place of every pattern. */
  tokens: readonly string[];
  selected?: HeadPlace | null;
  /** Heads that are switched off: crossed and pale. */
  off?: readonly HeadPlace[];
  badges?: readonly Badge[];
  /** The heads to show and their order; all, layer by layer, by default. */
  order?: readonly HeadPlace[];
  /** Masked cells are left as ground. */
  masked?: MaskedAt;
  /** `'one'` by default. */
  fullColour?: FullColour;
  /** Scrolls through more heads than a small GPT-2 has, in place of growing. Cannot change. */
  scrolls?: boolean;
}

export interface HeadGrid extends Picture<HeadPlace> {
  /** New data in place; focus and selection stay, unless `options.selected` says otherwise. */
  update(patterns: readonly Tensor[], options: HeadGridOptions): void;
}

/** Where a grid begins to scroll, in pixels: twelve lines of small maps take 516. */
const kMostHeight = 608;

/** A badge covers the corner of a smaller map. */
const kBadgedSide = 64;

function isAt(layer: number, head: number): (place: HeadPlace) => boolean {
  return (place) => place.layer === layer && place.head === head;
}

function tilesOf(
  patterns: readonly Tensor[],
  { tokens, off = [], badges = [], order, fullColour }: HeadGridOptions,
): HeadTile[] {
  const all = patterns.flatMap((pattern, layer) =>
    Array.from({ length: headsOf(pattern) }, (_, head) => ({ layer, head })),
  );
  return (order ?? all).map(({ layer, head }) => {
    const data = patterns[layer];
    if (!data) throw new RangeError(`order: found layer ${layer}, expected 0 to ${patterns.length - 1}`);
    const pattern = headOf(data, head);
    checkTokens('tokens', tokens, pattern.queries);
    const here = isAt(layer, head);
    const full = fullColour === 'largest' ? largestOf(pattern) : 1;
    return { layer, head, pattern, full, off: off.some(here), badge: badges.find(here) };
  });
}

function readState(patterns: readonly Tensor[], options: HeadGridOptions, width: number): HeadState {
  if (patterns.length === 0) throw new RangeError('patterns: found none, expected one per layer');
  const tiles = tilesOf(patterns, options);
  const heads = Math.max(...patterns.map(headsOf));
  return {
    layout: layoutHeads(width, tiles.length, heads, tiles.some(({ badge }) => badge) ? kBadgedSide : undefined),
    tiles,
    masked: options.masked,
    selected: options.selected ?? null,
    hovered: null,
    theme: options.theme ?? 'light',
    palette: options.palette ?? 'indigo',
  };
}

function spoken({ layer, head, off, badge }: HeadTile, lang: Lang): string {
  const parts = [say(lang, 'head', { layer, head })];
  if (badge) parts.push(badge.label ?? badge.value.toFixed(2));
  if (off) parts.push(say(lang, 'off'));
  return parts.join(', ');
}

/** What one grid of heads on a page holds. */
interface View {
  frame: Frame;
  stops: Stops;
  patterns: readonly Tensor[];
  options: HeadGridOptions;
  state: HeadState;
  /** What was scrolled to. */
  revealed: string;
}

function placeAt(view: View, index: number): HeadPlace {
  const { layer, head } = view.state.tiles[index]!;
  return { layer, head };
}

function select(view: View, place: HeadPlace | null): void {
  view.state.selected = place;
  view.frame.refresh(drawHeads(view.state, 'front'));
  const index = place ? view.state.tiles.findIndex(isAt(place.layer, place.head)) : -1;
  view.stops.mark(index < 0 ? undefined : index);
  if (index >= 0) reveal(view, index);
}

/** Scrolls among the heads, not the page, to one that was not selected there before. */
function reveal(view: View, index: number): void {
  const { options, state, frame } = view;
  const place = `${index} of ${state.layout.columns} columns`;
  // Before the page has given it room there is nothing to scroll.
  if (!options.scrolls || view.revealed === place || frame.host.clientHeight === 0) return;
  view.revealed = place;
  const { y, height } = targetAt(state.layout, index);
  frame.host.scrollTop = Math.max(y + height - frame.host.clientHeight, Math.min(y, frame.host.scrollTop));
}

/** The last heads that are seen fade where more follow. */
function tellOfMore({ style, scrollTop, clientHeight, scrollHeight }: HTMLElement): void {
  const hasMore = scrollTop + clientHeight < scrollHeight - 1;
  style.maskImage = hasMore ? 'linear-gradient(#000 calc(100% - 2.5rem), transparent)' : '';
}

function hover(view: View, index: number | null): void {
  view.state.hovered = index === null ? null : placeAt(view, index);
  view.frame.refresh(drawHeads(view.state, 'front'));
  tell(view.frame.host, 'plot-hover', view.state.hovered);
}

function build(view: View): void {
  const { frame, stops, state } = view;
  const lang = view.options.lang ?? 'en';
  const boxes = state.tiles.map((tile, index) => ({ ...targetAt(state.layout, index), label: spoken(tile, lang) }));
  stops.place(say(lang, 'heads'), boxes, state.layout.columns);
  frame.show(drawHeads(state));
  select(view, state.selected);
  tellOfMore(frame.host);
}

function resize(view: View): void {
  const { selected, hovered } = view.state;
  view.state = { ...readState(view.patterns, view.options, view.frame.width()), selected, hovered };
  build(view);
}

function renew(view: View, patterns: readonly Tensor[], options: HeadGridOptions): void {
  const state = readState(patterns, options, view.frame.width());
  if (options.selected === undefined) state.selected = view.state.selected;
  Object.assign(view, { patterns, options, state });
  build(view);
}

/**
 * Every head as a small map: layers as rows, heads as columns (or in `order`). `patterns` holds one (heads, queries, keys) per
 * layer. Tells `plot-hover` and `plot-select` with `{layer, head}`. Throws `RangeError` on shapes that do not fit.
 */
export function headGrid(patterns: readonly Tensor[], options: HeadGridOptions): HeadGrid {
  const frame = makeFrame({ size: options.size, onWidth: () => resize(view) });
  const stops = makeStops({
    role: 'grid',
    itemRole: 'gridcell',
    onHover: (index) => hover(view, index),
    onPick: (index) => {
      select(view, placeAt(view, index));
      tell(frame.host, 'plot-select', placeAt(view, index));
    },
  });
  const view: View = {
    frame,
    stops,
    patterns,
    options,
    state: readState(patterns, options, frame.width()),
    revealed: '',
  };
  frame.stage.append(stops.element);
  if (options.scrolls) {
    const style = { maxHeight: `${kMostHeight}px`, overflowY: 'auto', scrollbarWidth: 'thin' };
    Object.assign(frame.host.style, style);
    frame.host.addEventListener('scroll', () => tellOfMore(frame.host));
  }
  build(view);
  return Object.assign(frame.host, {
    select: (place: HeadPlace | null) => select(view, place),
    drawing: () => drawHeads(view.state),
    update: (next: readonly Tensor[], nextOptions: HeadGridOptions) => renew(view, next, nextOptions),
  });
}
