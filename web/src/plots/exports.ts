import { hatchStep, paintMarks } from './canvas.ts';
import type { Drawing, Mark, Picture } from './marks.ts';
import { hatchPattern, markElement, svgElement } from './svg.ts';
import { fontStack, plainColour } from './theme.ts';
import type { Tensor } from './types.ts';
import { checkTokens, headOf } from './pattern.ts';

type Drawn = Pick<Picture<unknown>, 'drawing'>;

function paperOf(drawing: Drawing): Mark {
  return { kind: 'rect', x: 0, y: 0, width: drawing.width, height: drawing.height, fill: 'paper' };
}

/** The picture as a self-contained SVG file (its text), with plain colours and a paper ground. */
export function plotToSvg(plot: Drawn): string {
  const drawing = plot.drawing();
  const { width, height, theme, palette } = drawing;
  const svg = svgElement('svg', { width, height, viewBox: `0 0 ${width} ${height}`, 'font-family': fontStack });
  const marks = [paperOf(drawing), ...drawing.ground, ...drawing.front];
  const name = `attn-hatch-${hatchStep}`;
  if (marks.some((mark) => mark.kind === 'hatch')) {
    const defs = svgElement('defs');
    defs.append(hatchPattern(name, theme));
    svg.append(defs);
  }
  const style = { theme, palette, colour: (paint: string) => plainColour(paint, theme), hatch: `url(#${name})` };
  svg.append(...marks.map((mark) => markElement(mark, style)));
  return new XMLSerializer().serializeToString(svg);
}

/** The picture as a PNG file of `scale` pixels per CSS pixel, with a paper ground. */
export async function plotToPng(plot: Drawn, { scale = 2 }: { scale?: number } = {}): Promise<Blob> {
  const drawing = plot.drawing();
  const canvas = document.createElement('canvas');
  if (!paintMarks(canvas, drawing, [paperOf(drawing), ...drawing.ground, ...drawing.front], scale)) {
    throw new Error('plotToPng: this environment has no 2D canvas');
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('plotToPng: the browser could not encode the picture'))),
      'image/png',
    );
  });
}

export interface CsvOptions {
  /** One per query; also per key unless `keyTokens` says otherwise. */
  tokens: readonly string[];
  keyTokens?: readonly string[];
  head?: number;
}

function field(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/**
 * One head's weights as CSV (RFC 4180), a line per cell: query and key index from 0, their tokens, the weight in full precision.
 * `pattern` is (heads, queries, keys) or (queries, keys).
 */
export function patternToCsv(pattern: Tensor, { tokens, keyTokens = tokens, head = 0 }: CsvOptions): string {
  const chosen = headOf(pattern, head);
  checkTokens('tokens', tokens, chosen.queries);
  checkTokens('keyTokens', keyTokens, chosen.keys);
  const lines = ['query,key,query_token,key_token,weight'];
  for (let query = 0; query < chosen.queries; ++query) {
    for (let key = 0; key < chosen.keys; ++key) {
      lines.push([query, key, field(tokens[query]!), field(keyTokens[key]!), chosen.at(query, key)].join(','));
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}
