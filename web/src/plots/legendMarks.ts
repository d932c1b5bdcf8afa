import type { Mark } from './marks.ts';
import { textWidth } from './tokens.ts';
import { say } from './words.ts';
import type { Lang } from './types.ts';

export interface LegendParts {
  x: number;
  /** Top of the colour bar. */
  y: number;
  lang: Lang;
  from?: number;
  to?: number;
  label?: string;
  masked?: boolean;
  links?: boolean;
}

const barWidth = 96;
const barHeight = 8;
const font = 11;

function barMarks(x: number, y: number): Mark[] {
  const levels = Int16Array.from({ length: barWidth }, (_, at) => Math.round((255 * at) / (barWidth - 1)));
  return [
    { kind: 'raster', x, y, width: barWidth, height: barHeight, rows: 1, columns: barWidth, levels },
    { kind: 'rect', x: x - 0.5, y: y - 0.5, width: barWidth + 1, height: barHeight + 1, stroke: 'faint' },
  ];
}

/** A colour bar with its ends and, where they occur, the signs for masked cells and true links. Returns the marks and where they end. */
export function legendMarks({ x, y, lang, from = 0, to = 1, label, masked = false, links = false }: LegendParts): {
  marks: Mark[];
  end: number;
} {
  const marks: Mark[] = [];
  const baseline = y + barHeight;
  const put = (text: string, space: number): void => {
    marks.push({ kind: 'text', x: end, y: baseline, text, fill: 'soft', size: font });
    end += textWidth(text, font) + space;
  };
  let end = x;
  if (label) put(label, 6);
  put(String(from), 5);
  marks.push(...barMarks(end, y));
  end += barWidth + 5;
  put(String(to), 14);
  if (masked) {
    marks.push({ kind: 'hatch', x: end, y: y - 1, width: 14, height: 10 });
    marks.push({ kind: 'rect', x: end - 0.5, y: y - 1.5, width: 15, height: 11, stroke: 'faint' });
    end += 19;
    put(say(lang, 'masked'), 14);
  }
  if (links) {
    marks.push({ kind: 'circle', cx: end + 5, cy: y + 4, r: 4, stroke: 'link', strokeWidth: 1.75 });
    end += 14;
    put(say(lang, 'trueLink'), 14);
  }
  return { marks, end: end - 14 };
}
