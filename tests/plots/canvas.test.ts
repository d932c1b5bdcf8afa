import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paintMarks } from '../../web/src/plots/canvas.ts';
import { colourTable } from '../../web/src/plots/colour.ts';
import type { Drawing, Mark } from '../../web/src/plots/marks.ts';

/** Writes down every call and every property that is set, instead of painting. */
function recordingContext(log: string[]): CanvasRenderingContext2D {
  const images: Uint8ClampedArray[] = [];
  const context = {
    createImageData: (width: number, height: number) => ({ data: new Uint8ClampedArray(4 * width * height) }),
    putImageData: (image: ImageData) => {
      images.push(image.data);
      log.push(`putImageData ${Array.from(image.data).join(' ')}`);
    },
  };
  return new Proxy(context, {
    get: (target, name) =>
      name in target
        ? target[name as keyof typeof target]
        : (...values: unknown[]) =>
            log.push(`${String(name)} ${values.map((value) => (typeof value === 'object' ? '*' : value)).join(' ')}`),
    set: (_, name, value) => {
      log.push(`${String(name)} = ${value}`);
      return true;
    },
  }) as unknown as CanvasRenderingContext2D;
}

const log: string[] = [];
beforeEach(() => {
  log.length = 0;
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation((() => recordingContext(log)) as never);
});
afterEach(() => {
  vi.restoreAllMocks();
});

function paint(...marks: Mark[]): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const drawing: Drawing = { width: 100, height: 50, theme: 'light', palette: 'indigo', ground: marks, front: [] };
  expect(paintMarks(canvas, drawing, marks, 2)).toBe(true);
  return canvas;
}

describe('the painter', () => {
  it('sizes the canvas for the device', () => {
    const canvas = paint();
    expect([canvas.width, canvas.height]).toEqual([200, 100]);
    expect(log).toContain('scale 2 2');
  });

  it('paints cells in the colours of their levels, and nothing where there is none', () => {
    paint({
      kind: 'raster',
      x: 10,
      y: 20,
      width: 30,
      height: 10,
      rows: 1,
      columns: 3,
      levels: Int16Array.of(0, 255, -1),
    });
    const colours = colourTable('indigo', 'light');
    expect(log).toContain(`putImageData 255 255 255 255 ${Array.from(colours.subarray(765)).join(' ')} 255 0 0 0 0`);
    expect(log).toContain('imageSmoothingEnabled = false');
    expect(log).toContain('drawImage * 10 20 30 10');
  });

  it('paints roles in the colours of the theme', () => {
    paint({ kind: 'rect', x: 1, y: 2, width: 3, height: 4, fill: 'ink', stroke: '#abcdef', strokeWidth: 2 });
    expect(log).toEqual(
      expect.arrayContaining(['rect 1 2 3 4', 'fillStyle = #1b1b2f', 'strokeStyle = #abcdef', 'lineWidth = 2']),
    );
  });

  it('turns text about its own point', () => {
    paint({
      kind: 'text',
      x: 5,
      y: 6,
      text: 'cat',
      fill: 'ink',
      size: 12,
      anchor: 'middle',
      rotate: -90,
      opacity: 0.5,
    });
    expect(log).toEqual(
      expect.arrayContaining([
        'translate 5 6',
        `rotate ${-Math.PI / 2}`,
        'textAlign = center',
        'fillText cat 0 0',
        'globalAlpha = 0.5',
      ]),
    );
  });

  it('keeps hatching inside its area, on lines that all areas share', () => {
    paint({ kind: 'hatch', x: 10, y: 0, width: 10, height: 10 });
    expect(log).toContain('rect 10 0 10 10');
    expect(log).toContain('clip ');
    const starts = log.filter((line) => line.startsWith('moveTo')).map((line) => Number(line.split(' ')[1]));
    expect(starts).toEqual([10, 15, 20, 25, 30]);
  });

  it('leaves the brush as it found it', () => {
    paint(
      { kind: 'line', x1: 0, y1: 0, x2: 1, y2: 1, stroke: 'ink' },
      { kind: 'circle', cx: 1, cy: 1, r: 1, stroke: 'ink' },
    );
    expect(log.filter((line) => line === 'save ')).toHaveLength(2);
    expect(log.filter((line) => line === 'restore ')).toHaveLength(2);
  });
});
