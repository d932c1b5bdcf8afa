import { patternToCsv, plotToPng, plotToSvg } from '../src/plots/index.ts';
import type { Scene } from '../src/elements/scene.ts';
import type { Picture as Plot } from '../src/plots/marks.ts';
import type { Cell } from '../src/plots/types.ts';
import type { Picture } from './live.ts';
import type { HeadRef } from './settings.ts';

/** Hands a file to the visitor. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Firefox reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function fileName({ model }: Picture, { layer, head }: HeadRef, ending: string): string {
  return `attention-${model}-layer${layer}-head${head}.${ending}`;
}

export function saveSvg(plot: Plot<Cell>, picture: Picture, shown: HeadRef): void {
  save(new Blob([plotToSvg(plot)], { type: 'image/svg+xml' }), fileName(picture, shown, 'svg'));
}

export async function savePng(plot: Plot<Cell>, picture: Picture, shown: HeadRef): Promise<void> {
  save(await plotToPng(plot), fileName(picture, shown, 'png'));
}

/** The pattern of the head as a table: rows are queries, columns are keys. */
export function saveCsv(picture: Picture, { patterns, tokens, keyTokens }: Scene, shown: HeadRef): void {
  const pattern = patterns[shown.layer];
  if (!pattern) return;
  const csv = patternToCsv(pattern, { tokens, keyTokens, head: shown.head });
  // Spreadsheets take UTF-8 for granted only after a byte order mark.
  save(new Blob(['\ufeff', csv], { type: 'text/csv;charset=utf-8' }), fileName(picture, shown, 'csv'));
}
