import { colourTable } from './colour.ts';
import type { Drawing, HatchMark, Mark, PathMark, RasterMark, RectMark, TextMark } from './marks.ts';
import { fontStack, plainColour } from './theme.ts';
import type { Theme } from './types.ts';

type Brush = CanvasRenderingContext2D;

/** Distance between two hatch lines, in CSS pixels. */
export const hatchStep = 5;

function fillAndStroke(
  brush: Brush,
  mark: { fill?: string; stroke?: string; strokeWidth?: number },
  theme: Theme,
): void {
  if (mark.fill) {
    brush.fillStyle = plainColour(mark.fill, theme);
    brush.fill();
  }
  if (mark.stroke) {
    brush.strokeStyle = plainColour(mark.stroke, theme);
    brush.lineWidth = mark.strokeWidth ?? 1;
    brush.stroke();
  }
}

function paintRect(brush: Brush, mark: RectMark, theme: Theme): void {
  brush.beginPath();
  if (mark.radius) brush.roundRect(mark.x, mark.y, mark.width, mark.height, mark.radius);
  else brush.rect(mark.x, mark.y, mark.width, mark.height);
  fillAndStroke(brush, mark, theme);
}

function paintText(brush: Brush, mark: TextMark, theme: Theme): void {
  brush.translate(mark.x, mark.y);
  brush.rotate(((mark.rotate ?? 0) * Math.PI) / 180);
  brush.font = `${mark.weight ?? 400} ${mark.size}px ${fontStack}`;
  const anchor = mark.anchor ?? 'start';
  brush.textAlign = anchor === 'middle' ? 'center' : anchor;
  brush.textBaseline = 'alphabetic';
  if (mark.halo) {
    brush.strokeStyle = plainColour('paper', theme);
    brush.lineWidth = 3;
    brush.lineJoin = 'round';
    brush.strokeText(mark.text, 0, 0);
  }
  brush.fillStyle = plainColour(mark.fill, theme);
  brush.fillText(mark.text, 0, 0);
}

function paintHatch(brush: Brush, mark: HatchMark, theme: Theme): void {
  brush.beginPath();
  brush.rect(mark.x, mark.y, mark.width, mark.height);
  brush.clip();
  brush.strokeStyle = plainColour('hatch', theme);
  brush.lineWidth = 0.75;
  brush.beginPath();
  // Lines x + y = n * step: the same for every area, so that neighbours join.
  const first = Math.ceil((mark.x + mark.y) / hatchStep) * hatchStep;
  const last = mark.x + mark.y + mark.width + mark.height;
  for (let sum = first; sum <= last; sum += hatchStep) {
    brush.moveTo(sum - mark.y, mark.y);
    brush.lineTo(sum - mark.y - mark.height, mark.y + mark.height);
  }
  brush.stroke();
}

/** The cells go through an image of one pixel per cell, drawn large without smoothing: fast at any size. */
function paintRaster(brush: Brush, mark: RasterMark, colours: Uint8ClampedArray, small: HTMLCanvasElement): void {
  // Setting a side clears the canvas, even if it stays as it is.
  small.width = mark.columns;
  small.height = mark.rows;
  const smallBrush = small.getContext('2d');
  if (!smallBrush) return;
  const image = smallBrush.createImageData(mark.columns, mark.rows);
  const { data } = image;
  for (let index = 0; index < mark.levels.length; ++index) {
    const level = mark.levels[index]!;
    if (level < 0) continue;
    data[4 * index] = colours[3 * level]!;
    data[4 * index + 1] = colours[3 * level + 1]!;
    data[4 * index + 2] = colours[3 * level + 2]!;
    data[4 * index + 3] = 255;
  }
  smallBrush.putImageData(image, 0, 0);
  brush.imageSmoothingEnabled = false;
  brush.drawImage(small, mark.x, mark.y, mark.width, mark.height);
}

function paintPath(brush: Brush, mark: PathMark, theme: Theme): void {
  brush.strokeStyle = plainColour(mark.stroke, theme);
  brush.lineWidth = mark.strokeWidth;
  brush.lineCap = 'round';
  brush.stroke(new Path2D(mark.d));
}

function paintMark(brush: Brush, mark: Mark, theme: Theme, colours: Uint8ClampedArray, small: HTMLCanvasElement): void {
  brush.save();
  if ('opacity' in mark && mark.opacity !== undefined) brush.globalAlpha = mark.opacity;
  if (mark.kind === 'rect') paintRect(brush, mark, theme);
  else if (mark.kind === 'text') paintText(brush, mark, theme);
  else if (mark.kind === 'hatch') paintHatch(brush, mark, theme);
  else if (mark.kind === 'raster') paintRaster(brush, mark, colours, small);
  else if (mark.kind === 'path') paintPath(brush, mark, theme);
  else {
    brush.beginPath();
    if (mark.kind === 'circle') brush.arc(mark.cx, mark.cy, mark.r, 0, 2 * Math.PI);
    else {
      brush.moveTo(mark.x1, mark.y1);
      brush.lineTo(mark.x2, mark.y2);
    }
    fillAndStroke(brush, mark, theme);
  }
  brush.restore();
}

/** Sizes the canvas for `scale` device pixels per CSS pixel and paints the marks. Returns false where there is no 2D canvas. */
export function paintMarks(
  canvas: HTMLCanvasElement,
  drawing: Drawing,
  marks: readonly Mark[],
  scale: number,
): boolean {
  canvas.width = Math.round(drawing.width * scale);
  canvas.height = Math.round(drawing.height * scale);
  const brush = canvas.getContext('2d');
  if (!brush) return false;
  brush.scale(scale, scale);
  const colours = colourTable(drawing.palette, drawing.theme);
  // One for all rasters: making a canvas costs more than filling it.
  const small = document.createElement('canvas');
  for (const mark of marks) paintMark(brush, mark, drawing.theme, colours, small);
  return true;
}
