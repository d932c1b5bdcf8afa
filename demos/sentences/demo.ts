import { init, type Run, type WorkerModel } from 'attention-playground';
import {
  attentionArcs,
  headGrid,
  probabilityBars,
  type AttentionArcs,
  type HeadGrid,
  type HeadPlace,
  type Link,
  type ProbabilityBars,
} from 'attention-playground/plots';
import { at, fill, headName, look, percent } from '../frame/page.ts';
import { answerTo, peopleOf } from './answer.ts';
import grammar from './grammar.json' with { type: 'json' };

const sides = ['left', 'right'] as const;
type Side = (typeof sides)[number];

/** One of the two sentences as the model read it. */
interface Reading {
  run: Run;
  /** Without the head that is switched off; the same as `run` if none is. */
  changed: Run;
  link: Link | null;
}

const pairs: readonly Record<Side, string>[] = [
  { left: '我爱过他。谁被爱过？', right: '他爱过我。谁被爱过？' },
  { left: 'anna loved ben . who was loved ?', right: 'ben loved anna . who was loved ?' },
  { left: '小红救过小明。谁救过别人？', right: '小明救过小红。谁救过别人？' },
  {
    left: 'maria helped tom at school . who helped someone ?',
    right: 'tom helped maria at school . who helped someone ?',
  },
];

const within = (side: Side, selector: string) => at(side).querySelector<HTMLElement>(selector)!;
const textOf = (side: Side) => at<HTMLInputElement>(`${side}-text`);
const people = peopleOf(grammar);

let model: WorkerModel;
let readings: Record<Side, Reading> | null = null;
/** The head that the visitor clicked; null follows the measure. */
let picked: HeadPlace | null = null;
let shown: HeadPlace = { layer: 0, head: 0 };
let asked = 0;
let heads: HeadGrid | null = null;
const plots: Partial<Record<Side, { arcs: AttentionArcs; bars: ProbabilityBars }>> = {};

function patternsOf({ activations }: Run) {
  return Object.keys(activations).map((_, layer) => activations[`blocks.${layer}.attn.pattern`]!);
}

function weightAt(run: Run, { layer, head }: HeadPlace, { query, key }: Link): number {
  const count = run.tokens.length;
  return run.activations[`blocks.${layer}.attn.pattern`]!.data[(head * count + query) * count + key]!;
}

/** The head that gives the links of both sentences most, with what it and every other head gives. */
function measure(all: readonly Reading[]): (HeadPlace & { value: number })[] {
  const linked = all.flatMap(({ run, link }) => (link ? [{ run, link }] : []));
  if (linked.length === 0) return [];
  const { n_layers: layers, n_heads: count } = model.info;
  return Array.from({ length: layers * count }, (_, index) => {
    const place = { layer: Math.floor(index / count), head: index % count };
    const sum = linked.reduce((total, { run, link }) => total + weightAt(run, place, link), 0);
    return { ...place, value: sum / linked.length };
  });
}

function choose(measured: readonly (HeadPlace & { value: number })[]): HeadPlace {
  if (picked) return picked;
  if (measured.length === 0) return shown;
  return measured.reduce((most, other) => (other.value > most.value ? other : most));
}

async function read(text: string): Promise<Reading> {
  const run = await model.run(text, { record: ['blocks.*.attn.pattern'], logits: 'last' });
  return { run, changed: run, link: answerTo(run.tokens, people) };
}

/** Reads both sentences, then once more without the head if it is switched off. */
async function readBoth(): Promise<void> {
  const turn = ++asked;
  if (sides.some((side) => textOf(side).value.trim() === '')) return;
  const [left, right] = await Promise.all(sides.map((side) => read(textOf(side).value)));
  if (!left || !right) return;
  const { layer, head } = choose(measure([left, right]));
  if (at<HTMLInputElement>('off').checked) {
    const edits = [{ at: `blocks.${layer}.attn.pattern`, head, set: 0 }];
    for (const reading of [left, right]) reading.changed = await model.run(reading.run.text, { edits, logits: 'last' });
  }
  if (turn !== asked) return;
  readings = { left, right };
  draw();
}

function draw(): void {
  if (!readings) return;
  const measured = measure(sides.map((side) => readings![side]));
  const { layer, head } = choose(measured);
  shown = { layer, head };
  at('waiting').hidden = true;
  at('scene').hidden = false;
  const [left, right] = sides.map((side) => [...readings![side].run.ids].sort((a, b) => a - b).join());
  at('same').hidden = left !== right;
  at('other').hidden = left === right;
  fill({ head: headName(shown) });
  for (const side of sides) drawSide(side, readings[side]);
  drawHeads(readings.left.run, measured);
  const hash = new URLSearchParams({ model: 'sentences', text: readings.left.run.text, head: `${layer}.${head}` });
  at<HTMLAnchorElement>('open').href = `../../index.html#${hash}`;
}

function drawSide(side: Side, { run, changed, link }: Reading): void {
  const { tokens, unknown } = run;
  within(side, '.drawn').hidden = false;
  const links = link ? [link] : [];
  const arcs = { tokens, head: shown.head, selected: tokens.length - 1, links, ...look() };
  const before = changed === run ? undefined : run.probs.data;
  const bars = { labels: model.info.vocabulary, top: 4, before, ...look() };
  const pattern = run.activations[`blocks.${shown.layer}.attn.pattern`]!;
  const mine = plots[side];
  if (mine) {
    mine.arcs.update(pattern, arcs);
    mine.bars.update(changed.probs.data, bars);
  } else {
    const made = { arcs: attentionArcs(pattern, arcs), bars: probabilityBars(changed.probs.data, bars) };
    within(side, '.arcs').append(made.arcs);
    within(side, '.bars').append(made.bars);
    plots[side] = made;
  }
  within(side, '.linked').hidden = !link;
  within(side, '.unlinked').hidden = link !== null;
  within(side, '.unknown').hidden = unknown.length === 0;
  const likeliest = changed.probs.data.indexOf(Math.max(...changed.probs.data));
  const values = {
    unknown: unknown.map((index) => tokens[index]).join(' '),
    answer: link ? (tokens[link.key] ?? '') : '',
    weight: link ? percent(weightAt(run, shown, link), 1) : '',
    next: model.info.vocabulary[likeliest] ?? '',
  };
  fill(values, at(side));
}

function drawHeads(run: Run, measured: readonly (HeadPlace & { value: number })[]): void {
  const badges = measured.map((place) => ({ ...place, label: percent(place.value) }));
  const off = at<HTMLInputElement>('off').checked ? [shown] : [];
  const options = { tokens: run.tokens, selected: shown, badges, off, ...look() };
  if (heads) heads.update(patternsOf(run), options);
  else at('heads').append((heads = headGrid(patternsOf(run), options)));
}

function makePair(pair: Record<Side, string>): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'example';
  button.textContent = pair.left;
  button.addEventListener('click', () => take(pair));
  return button;
}

function take(pair: Record<Side, string>): void {
  for (const side of sides) textOf(side).value = pair[side];
  picked = null;
  if (model) void readBoth();
}

async function start(): Promise<void> {
  const engine = await init({ worker: true });
  model = await engine.loadModel(new URL('../../models/sentences/', document.baseURI));
  await readBoth();
}

for (const side of sides) at(side).append(at<HTMLTemplateElement>('reading').content.cloneNode(true));
at('pairs').append(...pairs.map(makePair));
take(look().lang === 'zh' ? pairs[0]! : pairs[1]!);
for (const side of sides) textOf(side).addEventListener('input', () => void (model && readBoth()));
at('off').addEventListener('change', () => void (model && readBoth()));
at('heads').addEventListener('plot-select', (event) => {
  picked = (event as CustomEvent<HeadPlace>).detail;
  void readBoth();
});
document.addEventListener('page-look', draw);
void start();
