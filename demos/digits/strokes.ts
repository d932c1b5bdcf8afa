import type { Point, Stroke } from './drawing.ts';

/** The digits 0 to 9 as a pen writes them, for visitors who do not draw. */

/** Part of an ellipse: angles in degrees, 0 to the right and 90 downwards. */
function arc(x: number, y: number, width: number, height: number, from: number, to: number): Point[] {
  const steps = Math.max(2, Math.ceil(Math.abs(to - from) / 12));
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / steps) * Math.PI) / 180;
    return { x: x + width * Math.cos(angle), y: y + height * Math.sin(angle) };
  });
}

/** Straight from one corner to the next: x, y, x, y… */
function line(...corners: number[]): Point[] {
  return corners.flatMap((x, index) => (index % 2 === 0 ? [{ x, y: corners[index + 1]! }] : []));
}

export const kDigits: readonly (readonly Stroke[])[] = [
  [arc(0.5, 0.5, 0.21, 0.32, -80, -440)],
  [line(0.54, 0.16, 0.47, 0.84)],
  [[...arc(0.49, 0.35, 0.19, 0.17, 195, 390), ...line(0.3, 0.81, 0.74, 0.79)]],
  [[...arc(0.47, 0.33, 0.18, 0.15, 210, 440), ...arc(0.47, 0.65, 0.21, 0.17, 280, 505)]],
  [line(0.36, 0.18, 0.3, 0.54, 0.72, 0.52), line(0.63, 0.24, 0.58, 0.86)],
  [[...line(0.4, 0.19, 0.36, 0.46), ...arc(0.46, 0.63, 0.21, 0.19, 240, 505)], line(0.4, 0.19, 0.7, 0.18)],
  [[...arc(0.72, 0.62, 0.38, 0.48, 250, 180), ...arc(0.5, 0.67, 0.16, 0.15, 180, -180)]],
  [line(0.29, 0.22, 0.7, 0.2, 0.45, 0.84)],
  [[...arc(0.5, 0.66, 0.18, 0.17, -90, 270), ...arc(0.5, 0.33, 0.15, 0.16, 90, -270)]],
  [[...arc(0.48, 0.35, 0.17, 0.17, 0, -360), ...line(0.64, 0.45, 0.6, 0.85)]],
];

/** Strokes up to `share` of their points, as if the pen were still on its way. */
export function begun(strokes: readonly Stroke[], share: number): Stroke[] {
  let left = Math.ceil(share * strokes.reduce((sum, stroke) => sum + stroke.length, 0));
  return strokes.flatMap((stroke) => {
    const part = stroke.slice(0, Math.max(0, left));
    left -= stroke.length;
    return part.length > 0 ? [part] : [];
  });
}

/** The same way with points at most `step` apart, so that it can be drawn at an even pace. */
export function evenly(strokes: readonly Stroke[], step = 0.02): Stroke[] {
  return strokes.map((stroke) =>
    stroke.flatMap((point, index) => {
      const before = stroke[index - 1];
      if (!before) return [point];
      const count = Math.max(1, Math.ceil(Math.hypot(point.x - before.x, point.y - before.y) / step));
      return Array.from({ length: count }, (_, n) => {
        const share = (n + 1) / count;
        return { x: before.x + share * (point.x - before.x), y: before.y + share * (point.y - before.y) };
      });
    }),
  );
}
