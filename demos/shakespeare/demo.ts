import type { Run } from 'attention-playground';
import { attentionMap, headGrid, type AttentionMap, type HeadGrid, type HeadPlace } from 'attention-playground/plots';
import { at, fill, headName, look, percent } from '../frame/page.ts';
import { measure, questions, type Measure } from './questions.ts';

const writer = document.querySelector('text-writer')!;
const play = document.querySelector('heat-text')!;

let run: Run | null = null;
let written = 0;
/** Index of the letter whose writing is shown; null follows the newest. */
let chosen: number | null = null;
/** The head that the visitor clicked; null follows the measure. */
let picked: HeadPlace | null = null;
let shown: HeadPlace = { layer: 0, head: 0 };
let map: AttentionMap | null = null;
let heads: HeadGrid | null = null;

function question() {
  const checked = document.querySelector<HTMLInputElement>('[name="question"]:checked');
  return questions[checked?.value ?? 'before']!;
}

/** One pattern (heads, tokens, tokens) per layer. */
function patternsOf({ activations }: Run) {
  return Object.keys(activations).map((_, layer) => activations[`blocks.${layer}.attn.pattern`]!);
}

type Patterns = ReturnType<typeof patternsOf>;

/** What the shown head looked at when the letter `index` was written, by the one before it. */
function rowBefore(patterns: Patterns, tokens: number, index: number): Float32Array {
  const start = (shown.head * tokens + index - 1) * tokens;
  return index > 0 ? patterns[shown.layer]!.data.slice(start, start + index) : new Float32Array();
}

function draw(): void {
  if (!run) return;
  const { tokens, unknown } = run;
  const patterns = patternsOf(run);
  const measured = measure(question(), tokens, patterns);
  shown = picked ?? measured?.best ?? shown;
  at('waiting').hidden = true;
  at('scene').hidden = false;
  const selected = Math.min(chosen ?? Infinity, tokens.length - 1);
  const weights = rowBefore(patterns, tokens.length, selected);
  play.show({ tokens, weights, selected, written, unknown, endsLine: (token) => token === '\n' });
  const key = weights.indexOf(Math.max(...weights));
  drawPlots(tokens, patterns, key < 0 ? null : { query: selected - 1, key }, measured);
  report(run, measured);
}

function drawPlots(
  tokens: readonly string[],
  patterns: Patterns,
  selected: { query: number; key: number } | null,
  measured: Measure | null,
): void {
  const isMasked = (query: number, key: number) => key > query;
  const mapOptions = { tokens, head: shown.head, selected, masked: isMasked, ...look() };
  const badges = measured?.heads.map((head) => ({ ...head, value: head.share, label: percent(head.share) }));
  const gridOptions = { tokens, selected: shown, badges, masked: isMasked, ...look() };
  const pattern = patterns[shown.layer]!;
  if (map) map.update(pattern, mapOptions);
  else at('map').append((map = attentionMap(pattern, mapOptions)));
  if (heads) heads.update(patterns, gridOptions);
  else at('heads').append((heads = headGrid(patterns, gridOptions)));
}

function report({ tokens, text, unknown, total }: Run, measured: Measure | null): void {
  at('finding').hidden = !measured;
  at('short').hidden = measured !== null;
  at('note').hidden = unknown.length === 0 && total === tokens.length;
  fill({ head: headName(shown), unknown: unknown.length, total, read: tokens.length });
  if (measured) {
    const { best, places, even } = measured;
    fill({ best: headName(best), share: percent(best.share), places, even: percent(even) });
  }
  const hash = new URLSearchParams({ model: 'shakespeare', text, head: `${shown.layer}.${shown.head}` });
  at<HTMLAnchorElement>('open').href = `../../index.html#${hash}`;
}

writer.edits = () => {
  const { layer, head } = shown;
  const isOff = at<HTMLInputElement>('without').checked;
  return isOff ? [{ at: `blocks.${layer}.attn.pattern`, head, set: 0 }] : [];
};
writer.addEventListener('writer-progress', (event) => fill({ loaded: `${(event.detail / 1e6).toFixed(1)} MB` }));
writer.addEventListener('writer-run', ({ detail }) => {
  if (detail.run.text !== run?.text) chosen = null;
  ({ run, written } = detail);
  draw();
});
at('heads').addEventListener('plot-select', (event) => {
  picked = (event as CustomEvent<HeadPlace>).detail;
  draw();
});
at('questions').addEventListener('change', () => {
  picked = null;
  draw();
});
play.addEventListener('token-select', (event) => {
  chosen = event.detail;
  draw();
});
document.addEventListener('page-look', draw);
