import { barsOf, drawBars } from './barMarks.ts';
import type { Bar, BarState } from './barMarks.ts';
import type { Picture } from './marks.ts';
import { isolated, make, makeFrame, unseen } from './picture.ts';
import type { Lang, Look } from './types.ts';
import { percent, points, say } from './words.ts';

export interface ProbabilityBarsOptions extends Look {
  /** One per probability: what the token looks like. */
  labels: readonly string[];
  /** The same distribution before a change; both are then shown, with the difference in percentage points. */
  before?: ArrayLike<number>;
  /** How many tokens have a bar of their own. */
  top?: number;
}

export interface ProbabilityBars extends Picture<{ index: number }> {
  update(probs: ArrayLike<number>, options: ProbabilityBarsOptions): void;
}

function readState(probs: ArrayLike<number>, options: ProbabilityBarsOptions, width: number): BarState {
  const { labels, before, top = 10, lang = 'en', theme = 'light', palette = 'indigo' } = options;
  if (labels.length !== probs.length)
    throw new RangeError(`labels: found ${labels.length}, expected ${probs.length}, one per probability`);
  if (before && before.length !== probs.length)
    throw new RangeError(`before: found ${before.length} probabilities, expected ${probs.length}`);
  return { bars: barsOf(probs, labels, top, lang, before), width, selected: null, lang, theme, palette };
}

function rowOf(bar: Bar, lang: Lang): HTMLElement {
  const row = make('tr');
  const head = make('th', {}, { scope: 'row' });
  head.append(isolated(bar.label));
  const cells = [percent(bar.now)];
  if (bar.before !== undefined)
    cells.push(percent(bar.before), say(lang, 'points', { change: points(bar.now - bar.before) }));
  row.append(head, ...cells.map((text) => Object.assign(make('td'), { textContent: text })));
  return row;
}

/** The same numbers as a table, for readers. */
function fillTable(table: HTMLTableElement, { bars, lang }: BarState): void {
  const compared = bars.some((bar) => bar.before !== undefined);
  const names = compared ? (['token', 'after', 'before', 'change'] as const) : (['token', 'now'] as const);
  const head = make('tr');
  head.append(
    ...names.map((name) => Object.assign(make('th', {}, { scope: 'col' }), { textContent: say(lang, name) })),
  );
  const caption = Object.assign(make('caption'), { textContent: say(lang, 'probabilities') });
  table.replaceChildren(caption, head, ...bars.map((bar) => rowOf(bar, lang)));
}

/**
 * The likeliest tokens as horizontal bars, all others as one bar, so that they sum to the whole; with `before`, two bars each
 * and the change. `probs` (vocab) in [0, 1]. `select({index})` emphasises the bar of a token. Tells no events.
 */
export function probabilityBars(probs: ArrayLike<number>, options: ProbabilityBarsOptions): ProbabilityBars {
  let data = probs;
  let settings = options;
  const frame = makeFrame({ size: options.size, onWidth: () => show(readState(data, settings, frame.width())) });
  const table = make('table', unseen);
  frame.host.append(table);
  let state = readState(data, settings, frame.width());

  const show = (next: BarState): void => {
    state = { ...next, selected: state.selected };
    frame.show(drawBars(state));
    fillTable(table, state);
  };
  const plot = Object.assign(frame.host, {
    select(part: { index: number } | null) {
      state.selected = part?.index ?? null;
      frame.refresh(drawBars(state));
    },
    drawing: () => drawBars(state),
    update(next: ArrayLike<number>, nextOptions: ProbabilityBarsOptions) {
      const fresh = readState(next, nextOptions, frame.width());
      [data, settings] = [next, nextOptions];
      show(fresh);
    },
  });
  show(state);
  return plot;
}
