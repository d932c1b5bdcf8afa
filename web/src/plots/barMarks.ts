import type { Drawing, Mark } from './marks.ts';
import { fitText, textWidth, visibleToken } from './tokens.ts';
import type { Lang, Palette, Theme } from './types.ts';
import { percent, points, say } from './words.ts';

/** One bar: a token, or all the others together (`index` null). */
export interface Bar {
  index: number | null;
  label: string;
  now: number;
  before?: number;
}

export interface BarState {
  bars: readonly Bar[];
  width: number;
  /** Index of the highlighted token. */
  selected: number | null;
  lang: Lang;
  theme: Theme;
  palette: Palette;
}

/** Indices of the `count` largest weights, largest first, the lower index first among equals; one pass over the vocabulary. */
export function largestOf(length: number, weightOf: (index: number) => number, count: number): number[] {
  const kept: number[] = [];
  for (let index = 0; index < length; ++index) {
    const weight = weightOf(index);
    if (kept.length === count && (count === 0 || weight <= weightOf(kept[count - 1]!))) continue;
    let at = kept.length;
    while (at > 0 && weightOf(kept[at - 1]!) < weight) --at;
    kept.splice(at, 0, index);
    kept.length = Math.min(kept.length, count);
  }
  return kept;
}

function sumWithout(values: ArrayLike<number>, shown: readonly number[]): number {
  const left = new Set(shown);
  let sum = 0;
  for (let index = 0; index < values.length; ++index) if (!left.has(index)) sum += values[index]!;
  return sum;
}

/**
 * The `top` likeliest tokens (by the larger of now and before, so that a fallen one stays in sight) and all others as one bar:
 * the bars add up to the whole.
 */
export function barsOf(
  probs: ArrayLike<number>,
  labels: readonly string[],
  top: number,
  lang: Lang,
  before?: ArrayLike<number>,
): Bar[] {
  const weightOf = (index: number): number => Math.max(probs[index]!, before?.[index] ?? 0);
  const shown = largestOf(probs.length, weightOf, top).sort((a, b) => probs[b]! - probs[a]! || a - b);
  const bars: Bar[] = shown.map((index) => ({
    index,
    label: visibleToken(labels[index]!),
    now: probs[index]!,
    before: before?.[index],
  }));
  const others = probs.length - shown.length;
  if (others > 0) {
    const label = say(lang, 'rest', { count: others });
    bars.push({ index: null, label, now: sumWithout(probs, shown), before: before && sumWithout(before, shown) });
  }
  return bars;
}

const font = 13;
const changeRoom = 48;
const shareRoom = 58;

interface BarLayout {
  labelRoom: number;
  left: number;
  room: number;
  pitch: number;
}

function layoutBars({ bars, width }: BarState, compared: boolean): BarLayout {
  const widest = bars.reduce((most, bar) => Math.max(most, textWidth(bar.label, font)), 24);
  const labelRoom = Math.min(width * 0.34, Math.ceil(widest) + 4);
  const left = labelRoom + 10;
  return { labelRoom, left, room: width - left - shareRoom - (compared ? changeRoom : 0), pitch: compared ? 28 : 24 };
}

function rowMarks(state: BarState, bar: Bar, y: number, layout: BarLayout): Mark[] {
  const { labelRoom, left, room, pitch } = layout;
  const { before } = bar;
  const compared = before !== undefined;
  const rest = bar.index === null;
  const on = bar.index !== null && bar.index === state.selected;
  const middle = y + pitch / 2;
  const box = (share: number, top: number, height: number): Mark => ({
    kind: 'rect',
    x: left,
    y: top,
    width: Math.max(share > 0 ? 1 : 0, room * share),
    height,
    radius: Math.min(2, height / 2),
    fill: rest ? 'hatch' : 'accent',
  });
  const change = bar.now - (before ?? 0);
  const changePaint = Math.abs(change) < 0.0005 ? 'soft' : change > 0 ? 'more' : 'less';
  return [
    {
      kind: 'text',
      x: labelRoom,
      y: middle + font * 0.35,
      text: fitText(bar.label, font, labelRoom),
      fill: rest ? 'soft' : on ? 'accent' : 'ink',
      size: rest ? 12 : font,
      weight: on ? 700 : 400,
      anchor: 'end',
    },
    { kind: 'rect', x: left, y: middle - 7, width: room, height: 14, radius: 2, fill: 'wash', opacity: 0.5 },
    compared ? box(bar.now, middle - 7, 8) : box(bar.now, middle - 7, 14),
    ...(compared ? [{ ...box(before, middle + 2, 5), fill: 'soft', opacity: 0.55 } as Mark] : []),
    {
      kind: 'text',
      x: left + room + shareRoom - 2,
      y: middle + 4.5,
      text: percent(bar.now),
      fill: 'ink',
      size: 12.5,
      anchor: 'end',
      digits: true,
    },
    ...(compared
      ? [
          {
            kind: 'text',
            x: state.width - 1,
            y: middle + 4.5,
            text: points(change),
            fill: changePaint,
            size: 12.5,
            weight: 600,
            anchor: 'end',
            digits: true,
          } as Mark,
        ]
      : []),
  ];
}

/** Head line that names the two bars; only when there is something to compare with. */
function headMarks(state: BarState, { left }: BarLayout): Mark[] {
  const now = say(state.lang, 'after');
  const then = left + 18 + textWidth(now, 11) + 14;
  return [
    { kind: 'rect', x: left, y: 4, width: 12, height: 8, radius: 2, fill: 'accent' },
    { kind: 'text', x: left + 17, y: 12, text: now, fill: 'soft', size: 11 },
    { kind: 'rect', x: then, y: 5.5, width: 12, height: 5, radius: 2, fill: 'soft', opacity: 0.55 },
    { kind: 'text', x: then + 17, y: 12, text: say(state.lang, 'before'), fill: 'soft', size: 11 },
    { kind: 'text', x: state.width - 1, y: 12, text: say(state.lang, 'change'), fill: 'soft', size: 11, anchor: 'end' },
  ];
}

/** The bars as a list of marks. */
export function drawBars(state: BarState): Drawing {
  const compared = state.bars.some((bar) => bar.before !== undefined);
  const layout = layoutBars(state, compared);
  const top = compared ? 20 : 0;
  return {
    width: state.width,
    height: top + state.bars.length * layout.pitch,
    theme: state.theme,
    palette: state.palette,
    ground: [],
    front: [
      ...(compared ? headMarks(state, layout) : []),
      ...state.bars.flatMap((bar, row) => rowMarks(state, bar, top + row * layout.pitch, layout)),
    ],
  };
}
