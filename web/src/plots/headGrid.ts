import { drawHeads, layoutHeads, tileAt } from './headMarks.ts';
import type { Badge, HeadState, HeadTile } from './headMarks.ts';
import { checkTokens, headOf, headsOf } from './pattern.ts';
import { makeFrame, tell } from './picture.ts';
import { makeStops } from './stops.ts';
import type { HeadPlace, Lang, Look, MaskedAt, Picture, Tensor } from './types.ts';
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
}

export interface HeadGrid extends Picture<HeadPlace> {
  /** New data in place; focus and selection stay, unless `options.selected` says otherwise. */
  update(patterns: readonly Tensor[], options: HeadGridOptions): void;
}

function isAt(layer: number, head: number): (place: HeadPlace) => boolean {
  return (place) => place.layer === layer && place.head === head;
}

function tilesOf(patterns: readonly Tensor[], { tokens, off = [], badges = [], order }: HeadGridOptions): HeadTile[] {
  const all = patterns.flatMap((pattern, layer) => Array.from({ length: headsOf(pattern) }, (_, head) => ({ layer, head })));
  return (order ?? all).map(({ layer, head }) => {
    const data = patterns[layer];
    if (!data) throw new RangeError(`order: found layer ${layer}, expected 0 to ${patterns.length - 1}`);
    const pattern = headOf(data, head);
    checkTokens('tokens', tokens, pattern.queries);
    const here = isAt(layer, head);
    return { layer, head, pattern, off: off.some(here), badge: badges.find(here) };
  });
}

function readState(patterns: readonly Tensor[], options: HeadGridOptions, width: number): HeadState {
  if (patterns.length === 0) throw new RangeError('patterns: found none, expected one per layer');
  const tiles = tilesOf(patterns, options);
  const heads = Math.max(...patterns.map(headsOf));
  return {
    layout: layoutHeads(width, tiles.length, heads),
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

/**
 * Every head as a small map: layers as rows, heads as columns (or in `order`). `patterns` holds one (heads, queries, keys) per
 * layer. Tells `plot-hover` and `plot-select` with `{layer, head}`. Throws `RangeError` on shapes that do not fit.
 */
export function headGrid(patterns: readonly Tensor[], options: HeadGridOptions): HeadGrid {
  let data = patterns;
  let settings = options;
  const frame = makeFrame({ size: options.size, onWidth: () => rebuild() });
  let state = readState(data, settings, frame.width());
  const placeOf = (index: number): HeadPlace => ({ layer: state.tiles[index]!.layer, head: state.tiles[index]!.head });

  const stops = makeStops({
    role: 'grid',
    itemRole: 'gridcell',
    columns: state.layout.columns,
    onHover: (index) => {
      state.hovered = index === null ? null : placeOf(index);
      frame.refresh(drawHeads(state, 'front'));
      tell(frame.host, 'plot-hover', state.hovered);
    },
    onPick: (index) => {
      select(placeOf(index));
      tell(frame.host, 'plot-select', placeOf(index));
    },
  });
  frame.stage.append(stops.element);

  const select = (place: HeadPlace | null): void => {
    state.selected = place;
    frame.refresh(drawHeads(state, 'front'));
    const index = place ? state.tiles.findIndex(isAt(place.layer, place.head)) : -1;
    stops.mark(index < 0 ? undefined : index);
  };
  const rebuild = (): void => {
    const { selected, hovered } = state;
    state = { ...readState(data, settings, frame.width()), selected, hovered };
    const lang = settings.lang ?? 'en';
    const { side, columns, pitchY } = state.layout;
    const boxes = state.tiles.map((tile, index) => {
      const { x, y } = tileAt(state.layout, index);
      return { x, y: y + side - pitchY + 8, width: side, height: pitchY - 8, label: spoken(tile, lang) };
    });
    stops.place(say(lang, 'heads'), boxes, columns);
    frame.show(drawHeads(state));
    select(selected);
  };

  const plot = Object.assign(frame.host, {
    select,
    drawing: () => drawHeads(state),
    update(next: readonly Tensor[], nextOptions: HeadGridOptions) {
      const kept = state.selected;
      const fresh = readState(next, nextOptions, frame.width());
      [data, settings, state] = [next, nextOptions, fresh];
      if (nextOptions.selected === undefined) state.selected = kept;
      rebuild();
    },
  });
  rebuild();
  return plot;
}
