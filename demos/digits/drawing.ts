/** From the strokes of a pen to the picture that the model reads, as `strokes` and `centred` of pictures.py do it. */

/** A place on the drawing, both in [0, 1], from the upper left. */
export interface Point {
  x: number;
  y: number;
}

/** Where the pen went while it was down. */
export type Stroke = readonly Point[];

/** Numbers from 0 (paper) to 1 (ink), row by row. */
export interface Bitmap {
  width: number;
  height: number;
  data: Float64Array;
}

/** Pixels of the picture's side, and of a digit's longer side in it. */
export const kSide = 28;
const kBox = 20;
/** The drawing's side in pixels, and the radius of its pen. */
export const kDrawing = 140;
export const kPen = 7;

export function blank(width = kDrawing, height = width): Bitmap {
  return { width, height, data: new Float64Array(width * height) };
}

/** Lays ink on each pixel whose centre is at most `pen` from the line between two points. */
export function drawLine({ width, height, data }: Bitmap, from: Point, to: Point, pen = kPen): void {
  const [ax, ay, bx, by] = [from.x * width, from.y * height, to.x * width, to.y * height];
  const [dx, dy] = [bx - ax, by - ay];
  const length2 = Math.max(dx * dx + dy * dy, 1e-9);
  const first = (a: number, b: number) => Math.max(0, Math.floor(Math.min(a, b) - pen));
  const last = (a: number, b: number, size: number) => Math.min(size - 1, Math.ceil(Math.max(a, b) + pen));
  for (let row = first(ay, by); row <= last(ay, by, height); ++row) {
    for (let column = first(ax, bx); column <= last(ax, bx, width); ++column) {
      const [x, y] = [column + 0.5, row + 0.5];
      const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length2));
      if ((x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2 <= pen * pen) data[row * width + column] = 1;
    }
  }
}

/** A whole drawing. */
export function inkOf(strokes: readonly Stroke[], side = kDrawing, pen = kPen): Bitmap {
  const bitmap = blank(side);
  for (const stroke of strokes) {
    stroke.forEach((point, index) => drawLine(bitmap, stroke[Math.max(0, index - 1)]!, point, pen));
  }
  return bitmap;
}

/** To the nearest whole number, halves to the even one, as Python rounds. */
function round(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/** The rectangle of the ink; null where there is none. */
function boxOf({ width, height, data }: Bitmap): { top: number; left: number; height: number; width: number } | null {
  let [top, left, bottom, right] = [height, width, -1, -1];
  data.forEach((ink, index) => {
    if (ink === 0) return;
    const [row, column] = [Math.floor(index / width), index % width];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
  });
  return bottom < 0 ? null : { top, left, height: bottom - top + 1, width: right - left + 1 };
}

/** Scales the ink's rectangle so that its longer side has 20 pixels, each the average of the pixels under it. */
function shrunk(drawing: Bitmap, box: { top: number; left: number; height: number; width: number }): Bitmap {
  const scale = kBox / Math.max(box.height, box.width);
  const small = blank(Math.max(1, round(box.width * scale)), Math.max(1, round(box.height * scale)));
  for (let index = 0; index < small.data.length; ++index) {
    const [row, column] = [Math.floor(index / small.width), index % small.width];
    const [top, bottom] = span(row, box.height, small.height);
    const [left, right] = span(column, box.width, small.width);
    let sum = 0;
    for (let y = box.top + top; y < box.top + bottom; ++y) {
      for (let x = box.left + left; x < box.left + right; ++x) sum += drawing.data[y * drawing.width + x]!;
    }
    small.data[index] = sum / ((bottom - top) * (right - left));
  }
  return small;
}

/** Which of `from` pixels lie under pixel `at` of `to`, the last one not included. */
const span = (at: number, from: number, to: number): [number, number] => [
  Math.floor((at * from) / to),
  Math.ceil(((at + 1) * from) / to),
];

/** Where the centre of mass is along one axis, from the ink of each row or column. */
function middleOf(sums: Float64Array): number {
  const ink = sums.reduce((sum, value) => sum + value, 0);
  return sums.reduce((sum, value, index) => sum + value * index, 0) / ink;
}

/**
 * A drawing as MNIST holds its digits: cut to its ink, the longer side scaled to 20 pixels, laid into 28 x 28 so that the ink's
 * centre of mass comes to (14, 14). Returns (28 * 28) numbers; null for a drawing without ink.
 */
export function centred(drawing: Bitmap): Float32Array | null {
  const box = boxOf(drawing);
  if (!box) return null;
  const small = shrunk(drawing, box);
  const rows = new Float64Array(small.height);
  const columns = new Float64Array(small.width);
  small.data.forEach((value, index) => {
    rows[Math.floor(index / small.width)]! += value;
    columns[index % small.width]! += value;
  });
  const place = (sums: Float64Array) => Math.min(Math.max(0, kSide / 2 - round(middleOf(sums))), kSide - sums.length);
  const [top, left] = [place(rows), place(columns)];
  const picture = new Float32Array(kSide * kSide);
  small.data.forEach((value, index) => {
    picture[(top + Math.floor(index / small.width)) * kSide + left + (index % small.width)] = value;
  });
  return picture;
}
