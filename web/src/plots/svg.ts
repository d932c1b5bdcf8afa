import { hatchStep } from './canvas.ts';
import { colourTable, hexOf } from './colour.ts';
import { px } from './marks.ts';
import type { Mark, RasterMark, TextMark } from './marks.ts';
import { plainColour } from './theme.ts';
import type { Palette, Theme } from './types.ts';

/** How marks become elements: a paint as a colour, and the paint of hatched areas (absent where none can occur). */
export interface SvgStyle {
  theme: Theme;
  palette: Palette;
  colour(paint: string): string;
  hatch?: string;
}

type Attributes = Record<string, string | number | undefined>;

/** An SVG element; `undefined` attributes are left out, numbers cut to a hundredth. */
export function svgElement(name: string, attributes: Attributes = {}): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(key, typeof value === 'number' ? String(px(value)) : value);
  }
  return element;
}

function shapeAttributes(mark: Mark, style: SvgStyle): Attributes {
  const paints = mark as { fill?: string; stroke?: string; strokeWidth?: number; opacity?: number };
  return {
    fill: paints.fill ? style.colour(paints.fill) : 'none',
    stroke: paints.stroke ? style.colour(paints.stroke) : undefined,
    'stroke-width': paints.stroke ? (paints.strokeWidth ?? 1) : undefined,
    opacity: paints.opacity,
  };
}

function textElement(mark: TextMark, style: SvgStyle): SVGElement {
  const halo = mark.halo
    ? { stroke: style.colour('paper'), 'stroke-width': 3, 'stroke-linejoin': 'round', 'paint-order': 'stroke' }
    : {};
  const element = svgElement('text', {
    x: mark.x,
    y: mark.y,
    fill: style.colour(mark.fill),
    'font-size': mark.size,
    'font-weight': mark.weight,
    'text-anchor': mark.anchor === 'start' ? undefined : mark.anchor,
    opacity: mark.opacity,
    transform: mark.rotate ? `rotate(${mark.rotate} ${px(mark.x)} ${px(mark.y)})` : undefined,
    ...halo,
  });
  // Each label is its own direction island, and shows its spaces; attributes of style, not a style sheet.
  element.style.unicodeBidi = 'isolate';
  element.style.whiteSpace = 'pre';
  if (mark.digits) element.style.fontVariantNumeric = 'tabular-nums';
  element.textContent = mark.text;
  return element;
}

/** One rectangle per run of equal cells of a row; a cell without a level shows the ground. */
function rasterElement(mark: RasterMark, style: SvgStyle): SVGElement {
  const group = svgElement('g', { 'shape-rendering': 'crispEdges', opacity: mark.opacity });
  const colours = colourTable(style.palette, style.theme);
  const width = mark.width / mark.columns;
  const height = mark.height / mark.rows;
  for (let row = 0; row < mark.rows; ++row) {
    const levels = mark.levels.subarray(row * mark.columns, (row + 1) * mark.columns);
    for (let from = 0, to = 0; from < mark.columns; from = to) {
      while (to < mark.columns && levels[to] === levels[from]) ++to;
      if (levels[from]! < 0) continue;
      group.append(
        svgElement('rect', {
          x: mark.x + from * width,
          y: mark.y + row * height,
          width: (to - from) * width,
          height,
          fill: hexOf(colours, levels[from]!),
        }),
      );
    }
  }
  return group;
}

/** One mark as an SVG element. */
export function markElement(mark: Mark, style: SvgStyle): SVGElement {
  switch (mark.kind) {
    case 'text':
      return textElement(mark, style);
    case 'raster':
      return rasterElement(mark, style);
    case 'hatch':
      return svgElement('rect', {
        x: mark.x,
        y: mark.y,
        width: mark.width,
        height: mark.height,
        fill: style.hatch ?? 'none',
      });
    case 'path':
      return svgElement('path', { d: mark.d, 'stroke-linecap': 'round', ...shapeAttributes(mark, style) });
    case 'circle':
      return svgElement('circle', { cx: mark.cx, cy: mark.cy, r: mark.r, ...shapeAttributes(mark, style) });
    case 'line':
      return svgElement('line', {
        x1: mark.x1,
        y1: mark.y1,
        x2: mark.x2,
        y2: mark.y2,
        ...shapeAttributes(mark, style),
      });
    case 'rect':
      return svgElement('rect', {
        x: mark.x,
        y: mark.y,
        width: mark.width,
        height: mark.height,
        rx: mark.radius,
        ...shapeAttributes(mark, style),
      });
  }
}

/** The pattern element that hatched areas of a file refer to; same lines as on the canvas. */
export function hatchPattern(id: string, theme: Theme): SVGElement {
  const pattern = svgElement('pattern', { id, width: hatchStep, height: hatchStep, patternUnits: 'userSpaceOnUse' });
  const s = hatchStep;
  // The diagonal and the two corners that its ends would miss.
  const d = `M0 ${s}L${s} 0M-1 1L1 -1M${s - 1} ${s + 1}L${s + 1} ${s - 1}`;
  pattern.append(svgElement('path', { d, stroke: plainColour('hatch', theme), 'stroke-width': 0.75 }));
  return pattern;
}
