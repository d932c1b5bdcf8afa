import { legendMarks } from './legendMarks.ts';
import type { Drawing, Picture } from './marks.ts';
import { makeFrame } from './picture.ts';
import type { Look } from './types.ts';
import { say } from './words.ts';

export interface ColourLegendOptions extends Look {
  /** What the left end stands for. */
  from?: number;
  /** What the right end stands for. */
  to?: number;
  label?: string;
  /** Also shows the sign for masked cells. */
  masked?: boolean;
  /** Also shows the sign for true links. */
  links?: boolean;
}

function drawLegend({
  theme = 'light',
  palette = 'indigo',
  lang = 'en',
  label,
  ...rest
}: ColourLegendOptions): Drawing {
  const { marks, end } = legendMarks({ x: 1, y: 4, lang, label: label ?? say(lang, 'weight'), ...rest });
  return { width: Math.ceil(end) + 1, height: 18, theme, palette, ground: marks, front: [] };
}

/** The scale of the maps by itself: a colour bar with its two ends. */
export function colourLegend(options: ColourLegendOptions = {}): Picture<never> {
  const frame = makeFrame({ size: options.size, onWidth: () => {} });
  const drawing = drawLegend(options);
  const { lang = 'en', from = 0, to = 1, label = say(lang, 'weight') } = options;
  frame.host.setAttribute('role', 'img');
  frame.host.setAttribute('aria-label', `${label}: ${from} – ${to}`);
  frame.show(drawing);
  return Object.assign(frame.host, { select: () => {}, drawing: () => drawing });
}
