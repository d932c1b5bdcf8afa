import type { Palette, Theme } from './types.ts';

/** A stop of a scale in OKLCh: place in [0, 1], lightness in [0, 1], chroma, hue in degrees. */
type Stop = readonly [at: number, lightness: number, chroma: number, hue: number];
type Rgb = readonly [number, number, number];

/** Zero is paper and one is ink; lightness falls (light) or rises (dark) all the way, faster at first: most weights are small. */
const indigo: Record<Theme, readonly Stop[]> = {
  light: [
    [0, 1, 0, 285],
    [0.06, 0.935, 0.032, 290],
    [0.25, 0.8, 0.1, 288],
    [0.5, 0.63, 0.165, 283],
    [0.75, 0.45, 0.19, 279],
    [1, 0.265, 0.125, 277],
  ],
  dark: [
    [0, 0.2, 0.018, 285],
    [0.06, 0.275, 0.065, 282],
    [0.25, 0.4, 0.135, 280],
    [0.5, 0.545, 0.185, 284],
    [0.75, 0.755, 0.13, 290],
    [1, 0.975, 0.03, 300],
  ],
};

/** The anchor colours of viridis (S. van der Walt, N. Smith, 2015; public domain). */
const viridis = ['440154', '472d7b', '3b528b', '2c728e', '21918c', '28ae80', '5ec962', 'addc30', 'fde725'];

const degree = Math.PI / 180;

/** OKLab (B. Ottosson, 2020) to linear sRGB, both in [0, 1] where displayable. */
function linearOfOklab([lightness, a, b]: Rgb): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function byteOfLinear(value: number): number {
  const cut = Math.min(1, Math.max(0, value));
  const coded = cut <= 0.0031308 ? 12.92 * cut : 1.055 * cut ** (1 / 2.4) - 0.055;
  return Math.round(255 * coded);
}

function linearOfByte(value: number): number {
  const coded = value / 255;
  return coded <= 0.04045 ? coded / 12.92 : ((coded + 0.055) / 1.055) ** 2.4;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => a[i]! + (b[i]! - a[i]!) * share) as unknown as Rgb;
}

function rgbOfStops(stops: readonly Stop[], value: number): Rgb {
  const next = stops.findIndex((stop) => stop[0] >= value);
  const upper = stops[Math.max(1, next)]!;
  const lower = stops[Math.max(1, next) - 1]!;
  const lab = ([, lightness, chroma, hue]: Stop): Rgb => [
    lightness,
    chroma * Math.cos(hue * degree),
    chroma * Math.sin(hue * degree),
  ];
  const share = (value - lower[0]) / (upper[0] - lower[0]);
  return linearOfOklab(mix(lab(lower), lab(upper), share)).map(byteOfLinear) as unknown as Rgb;
}

function rgbOfHex(hex: string): Rgb {
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}

function rgbOfViridis(value: number): Rgb {
  const place = value * (viridis.length - 1);
  const index = Math.min(viridis.length - 2, Math.floor(place));
  return mix(rgbOfHex(viridis[index]!), rgbOfHex(viridis[index + 1]!), place - index).map(Math.round) as unknown as Rgb;
}

/** A weight in [0, 1] as a level 0..255; what lies outside is cut to the ends. */
export function levelOf(value: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}

function makeTable(palette: Palette, theme: Theme): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 3);
  for (let level = 0; level < 256; ++level) {
    const value = level / 255;
    table.set(palette === 'viridis' ? rgbOfViridis(value) : rgbOfStops(indigo[theme], value), 3 * level);
  }
  return table;
}

const tables = new Map<string, Uint8ClampedArray>();

/** The 256 colours of a scale, `(256, 3)` bytes, to be read only: each is computed once. */
export function colourTable(palette: Palette, theme: Theme): Uint8ClampedArray {
  const name = `${palette} ${theme}`;
  const table = tables.get(name) ?? makeTable(palette, theme);
  tables.set(name, table);
  return table;
}

/** One colour of a table as `#rrggbb`. */
export function hexOf(table: Uint8ClampedArray, level: number): string {
  const bytes = table.subarray(3 * level, 3 * level + 3);
  return `#${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Relative luminance of WCAG 2.2, in [0, 1]. */
export function luminanceOf(hex: string): number {
  const [red, green, blue] = rgbOfHex(hex.replace('#', '')).map(linearOfByte) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast of WCAG 2.2 between two colours, 1..21. */
export function contrastOf(a: string, b: string): number {
  const [low, high] = [luminanceOf(a), luminanceOf(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Near-black or white, whichever reads better on `ground`; near enough to black that one of them always has a contrast of 4.5. */
export function inkOn(ground: string): string {
  const dark = '#050508';
  const light = '#ffffff';
  return contrastOf(ground, dark) >= contrastOf(ground, light) ? dark : light;
}
