import { describe, expect, it } from 'vitest';
import { colourTable, contrastOf, hexOf, inkOn, levelOf, luminanceOf } from '../../web/src/plots/colour.ts';
import { plainColour } from '../../web/src/plots/theme.ts';

const scales = [
  ['indigo', 'light', -1],
  ['indigo', 'dark', 1],
  ['viridis', 'light', 1],
  ['viridis', 'dark', 1],
] as const;

describe('the scales', () => {
  it.each(scales)('%s on %s changes its lightness in one direction only', (palette, theme, direction) => {
    const table = colourTable(palette, theme);
    const light = Array.from({ length: 256 }, (_, level) => luminanceOf(hexOf(table, level)));
    for (let level = 8; level < 256; ++level) {
      expect(direction * (light[level]! - light[level - 8]!)).toBeGreaterThan(0);
    }
  });

  it('draws zero as paper', () => {
    expect(hexOf(colourTable('indigo', 'light'), 0)).toBe('#ffffff');
    expect(contrastOf(hexOf(colourTable('indigo', 'dark'), 0), plainColour('paper', 'dark'))).toBeLessThan(1.05);
  });

  it('shows a weight of 5 % apart from zero', () => {
    for (const theme of ['light', 'dark'] as const) {
      const table = colourTable('indigo', theme);
      expect(contrastOf(hexOf(table, 0), hexOf(table, levelOf(0.05)))).toBeGreaterThan(1.09);
    }
  });

  it('gives every number a colour by its value, cut at the ends', () => {
    expect([-1, 0, 0.5, 1, 7].map(levelOf)).toEqual([0, 0, 128, 255, 255]);
    expect(hexOf(colourTable('viridis', 'light'), 0)).toBe('#440154');
    expect(hexOf(colourTable('viridis', 'light'), 255)).toBe('#fde725');
  });
});

describe('text on colours', () => {
  it.each(scales)('%s on %s: a number printed in a cell has a contrast of at least 4.5', (palette, theme) => {
    const table = colourTable(palette, theme);
    for (let level = 0; level < 256; ++level) {
      const ground = hexOf(table, level);
      expect(contrastOf(ground, inkOn(ground))).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(['light', 'dark'] as const)('words on %s paper have a contrast of at least 4.5', (theme) => {
    const paper = plainColour('paper', theme);
    for (const role of ['ink', 'soft', 'accent', 'link', 'more', 'less']) {
      expect(contrastOf(plainColour(role, theme), paper)).toBeGreaterThanOrEqual(4.5);
    }
  });
});
