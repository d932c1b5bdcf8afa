import type { Tensor } from 'attention-playground';
import {
  attentionMap,
  headGrid,
  probabilityBars,
  type AttentionMap,
  type AttentionMapOptions,
  type Cell,
  type HeadGrid,
  type ProbabilityBars,
} from 'attention-playground/plots';
import { at, look, percent } from '../frame/page.ts';
import type { Place } from './choice.ts';
import { partOfStep, type ReadDate } from './dates.ts';
import { headOrMean, kKinds, patternsOf, rowOf, type Kind, type Written } from './writing.ts';

/** What the pictures show of what was written. */
export interface Scene {
  written: Written;
  place: Place;
  step: number;
  /** What the text means by the rules; null if unknown. */
  date: ReadDate | null;
  probabilities: Float32Array;
  vocabulary: readonly string[];
}

const maps = new Map<string, AttentionMap>();
let heads: HeadGrid | null = null;
let bars: ProbabilityBars | null = null;

/** The map that the sentence speaks of: cross attention over the text without padding. */
export function mainPattern({ run }: Written, { layer, head }: Place): Tensor {
  return headOrMean(patternsOf(run, 'cross')[layer]!, head);
}

/** Stands for `<bos>`: a word would turn all other labels on their side. */
const kStart = '⊢';

/** The characters of the text, and the sign of nothing for padding. */
const sourceLabels = ({ source, padding = 0 }: Written['run']): string[] =>
  source!.tokens.map((token, index, all) => (index < all.length - padding ? token : ''));

function strongest(pattern: Tensor, query: number): Cell {
  const row = rowOf(pattern, query);
  return { query, key: row.indexOf(Math.max(...row)) };
}

/** Full-width digits look like the others in many fonts, so a word says which they are. */
function nameOf(token: string): string {
  if (!/^[！-～]$/.test(token)) return token;
  return look().lang === 'zh' ? `${token}（全角）` : `${token}(wide)`;
}

function drawMap(id: string, ...[pattern, options]: Parameters<typeof attentionMap>): void {
  const map = maps.get(id);
  if (map) {
    map.update(pattern, options);
    return;
  }
  const made = attentionMap(pattern, options);
  maps.set(id, made);
  at(id).append(made);
}

/** Rows, columns and closed cells of one kind. Rows of the decoder are named by what they write. */
function frameOf(kind: Kind, { steps, covered, ...written }: Written, run: Written['run']): AttentionMapOptions {
  const source = sourceLabels(run);
  const real = written.run.source!.ids.length;
  if (kind === 'encoder') return { tokens: source, masked: (_, key) => key >= real };
  if (kind === 'decoder')
    return { tokens: steps, keyTokens: [kStart, ...run.tokens.slice(1)], masked: (query, key) => key > query };
  return { tokens: steps, keyTokens: source, masked: (_, key) => key >= real || covered.has(key) };
}

/** The share of each head's attention that falls on the part that is being written, over the steps that write one. */
function shares({ written, date }: Scene) {
  if (!date || written.covered.size > 0) return [];
  const steps = written.steps.flatMap((_, step) => {
    const part = partOfStep(step);
    return part ? [{ step, span: date.spans[part] }] : [];
  });
  return patternsOf(written.run, 'cross').flatMap((pattern, layer) =>
    Array.from({ length: pattern.shape[0]! }, (_, head) => {
      const weights = headOrMean(pattern, head);
      const all = steps.map(({ step, span }) =>
        rowOf(weights, step)
          .slice(...span)
          .reduce((sum, x) => sum + x, 0),
      );
      const value = all.reduce((sum, x) => sum + x, 0) / all.length;
      return { layer, head, value, label: percent(value) };
    }),
  );
}

function drawHeads(scene: Scene): void {
  const { written, place } = scene;
  const badges = shares(scene);
  for (const words of document.querySelectorAll<HTMLElement>('.measured')) words.hidden = badges.length === 0;
  const { layer, head } = place;
  const options = { tokens: written.steps, selected: head === null ? null : { layer, head }, badges, ...look() };
  const patterns = patternsOf(written.run, 'cross');
  if (heads) heads.update(patterns, options);
  else at('heads').append((heads = headGrid(patterns, options)));
}

export function drawPictures(scene: Scene): void {
  const { written, place, step, probabilities, vocabulary } = scene;
  const pattern = mainPattern(written, place);
  drawMap('map', pattern, { ...frameOf('cross', written, written.run), selected: strongest(pattern, step), ...look() });
  for (const kind of kKinds) {
    const run = written.padded;
    const shown = headOrMean(patternsOf(run, kind)[place.layer]!, place.head);
    const selected = kind === 'encoder' ? undefined : strongest(shown, step);
    drawMap(kind, shown, { ...frameOf(kind, written, run), selected, ...look() });
  }
  drawHeads(scene);
  const options = { labels: vocabulary.map(nameOf), top: 4, ...look() };
  if (bars) bars.update(probabilities, options);
  else at('bars').append((bars = probabilityBars(probabilities, options)));
}
