import { init, type Run, type Tensor, type WorkerModel } from 'attention-playground';
import {
  attentionArcs,
  attentionMap,
  headGrid,
  probabilityBars,
  type AttentionArcs,
  type AttentionMap,
  type HeadGrid,
  type HeadPlace,
  type ProbabilityBars,
} from 'attention-playground/plots';
import { at, fill, headName, look, percent } from '../frame/page.ts';
import { best, equalDigits, isSorted, pointing, queryOf, together, type Pointing, type Sorting } from './pointing.ts';

/** One sorted list: what was written, the pattern of the whole, and what the model expected at each step. */
interface Sorted extends Sorting {
  text: string;
  run: Run;
  patterns: Tensor[];
  probs: Float32Array[];
}

const field = at<HTMLInputElement>('list');
const slider = at<HTMLInputElement>('step');
const digits = document.querySelector('heat-text')!;
const kLists = 100;

let model: WorkerModel;
let shown: Sorted | null = null;
let step = 0;
/** The head that the visitor clicked; null follows the measure. */
let picked: HeadPlace | null = null;
let asked = 0;
let timer = 0;
let plots: { arcs: AttentionArcs; map: AttentionMap; heads: HeadGrid; bars: ProbabilityBars } | null = null;

/** Lets the model continue `list>` with the likeliest token of each step, up to the `;`. */
async function write(list: string): Promise<string> {
  let text = `${list}>`;
  const maxTokens = model.info.n_ctx - text.length;
  for await (const { text: next } of model.generate(text, { temperature: 0, stop: ';', maxTokens })) text = next;
  return text;
}

/** Runs the model on the whole, and reads the list and what was written from its tokens. */
async function read(text: string): Promise<{ run: Run; patterns: Tensor[] } & Sorting> {
  const run = await model.run(text, { record: ['blocks.*.attn.pattern'] });
  const patterns = Array.from(
    { length: model.info.n_layers },
    (_, layer) => run.activations[`blocks.${layer}.attn.pattern`]!,
  );
  const arrow = run.tokens.indexOf('>');
  return { run, patterns, list: run.tokens.slice(0, arrow), written: run.tokens.slice(arrow + 1) };
}

async function sort(): Promise<void> {
  const turn = ++asked;
  stop();
  const list = field.value.split('>')[0]!.replace(/\s/g, '');
  at('empty').hidden = list !== '';
  if (list === '') return;
  const text = await write(list);
  const seen = await read(text);
  const prefixes = seen.written.map((_, index) => [...seen.list, '>', ...seen.written.slice(0, index)].join(''));
  const runs = await Promise.all(prefixes.map((prefix) => model.run(prefix, { logits: 'last' })));
  if (turn !== asked) return;
  shown = { ...seen, text, probs: runs.map(({ probs }) => probs.data) };
  step = 0;
  draw();
}

function draw(): void {
  if (!shown) return;
  const { run, patterns, written, list, probs } = shown;
  const last = Math.max(0, written.length - 1);
  step = Math.min(step, last);
  slider.max = String(last);
  slider.value = String(step);
  at('waiting').hidden = true;
  at('scene').hidden = false;
  const measured = pointing(shown, patterns);
  const head = picked ?? best(measured);
  const query = queryOf(shown, step);
  const count = run.tokens.length;
  const start = (head.head * count + query) * count;
  const weights = patterns[head.layer]!.data.slice(start, start + query + 1);
  digits.show({ tokens: run.tokens, weights, selected: query + 1, written: list.length + 1, unknown: run.unknown });
  drawPlots(shown, measured, head, { query, key: weights.indexOf(Math.max(...weights)) });
  report(shown, measured, head, probs[step]!);
}

function drawPlots(
  { run, patterns, probs, ...sorting }: Sorted,
  measured: Pointing[],
  head: HeadPlace,
  selected: { query: number; key: number },
): void {
  const { tokens } = run;
  const common = { tokens, head: head.head, ...look() };
  const masked = (query: number, key: number) => key > query;
  const links = equalDigits(sorting).flat();
  const badges = measured.map((other) => ({ ...other, value: other.mass, label: percent(other.mass) }));
  const pattern = patterns[head.layer]!;
  const arcs = { ...common, selected: selected.query };
  const map = { ...common, selected, links, masked };
  const heads = { tokens, selected: head, badges, masked, ...look() };
  const bars = { labels: model.info.vocabulary, top: 4, ...look() };
  if (plots) {
    plots.arcs.update(pattern, arcs);
    plots.map.update(pattern, map);
    plots.heads.update(patterns, heads);
    plots.bars.update(probs[step]!, bars);
    return;
  }
  plots = {
    arcs: attentionArcs(pattern, arcs),
    map: attentionMap(pattern, map),
    heads: headGrid(patterns, heads),
    bars: probabilityBars(probs[step]!, bars),
  };
  for (const [id, plot] of Object.entries(plots)) at(id).append(plot);
}

function report(sorted: Sorted, measured: Pointing[], head: HeadPlace, probs: Float32Array): void {
  const { written, text, run } = sorted;
  const mine = measured.find((other) => other.layer === head.layer && other.head === head.head)!;
  at('right').hidden = !isSorted(sorted);
  at('wrong').hidden = isSorted(sorted);
  at('note').hidden = run.unknown.length === 0;
  fill({
    head: headName(head),
    digit: written[step] ?? '',
    expected: percent(Math.max(...probs), 1),
    number: step + 1,
    steps: written.length,
    hits: mine.hits,
    digits: mine.steps,
    mass: percent(mine.mass, 1),
    unknown: run.unknown.length,
  });
  const hash = new URLSearchParams({ model: 'sort', text, head: `${head.layer}.${head.head}` });
  at<HTMLAnchorElement>('open').href = `../../index.html#${hash}`;
}

function go(to: number): void {
  step = Math.max(0, to);
  draw();
}

function stop(): void {
  clearInterval(timer);
  timer = 0;
  at('play').setAttribute('aria-pressed', 'false');
}

/** Walks through the steps by itself, from the first again if it stands at the end. */
function play(): void {
  if (timer !== 0) return stop();
  const last = Number(slider.max);
  if (step >= last) go(0);
  at('play').setAttribute('aria-pressed', 'true');
  timer = window.setInterval(() => {
    go(step + 1);
    if (step >= last) stop();
  }, 900);
}

/** Sorts random lists of eight digits and measures all of them together. */
async function measureMany(): Promise<void> {
  const button = at<HTMLButtonElement>('measure');
  button.disabled = true;
  let right = 0;
  const all: Pointing[][] = [];
  try {
    for (let done = 1; done <= kLists; ++done) {
      const list = Array.from({ length: 8 }, () => Math.floor(10 * Math.random())).join('');
      const seen = await read(await write(list));
      if (isSorted(seen)) right += 1;
      all.push(pointing(seen, seen.patterns));
      fill({ done });
      at('progress').hidden = false;
    }
  } finally {
    button.disabled = false;
    at('progress').hidden = true;
  }
  const head = best(together(all));
  at('measured').hidden = false;
  fill({
    right,
    lists: kLists,
    bestHead: headName(head),
    hitShare: percent(head.hits / head.steps, 1),
    allSteps: head.steps,
    massShare: percent(head.mass, 1),
  });
}

function makeExample(list: string): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'example';
  button.textContent = list;
  button.addEventListener('click', () => {
    field.value = list;
    void sort();
  });
  return button;
}

async function start(): Promise<void> {
  const engine = await init({ worker: true });
  model = await engine.loadModel(new URL('../../models/sort/', document.baseURI));
  // `list>sorted;` must fit into the context.
  field.maxLength = Math.floor(model.info.n_ctx / 2) - 1;
  fill({ longest: field.maxLength });
  const lists = new Set(model.info.examples.map(({ text }) => text.split('>')[0]!));
  at('examples').append(...[...lists].map(makeExample));
  if (field.value === '') field.value = [...lists][0] ?? '';
  at<HTMLButtonElement>('measure').disabled = false;
  await sort();
}

field.addEventListener('input', () => void (model && sort()));
slider.addEventListener('input', () => {
  stop();
  go(slider.valueAsNumber);
});
at('back').addEventListener('click', () => go(step - 1));
at('next').addEventListener('click', () => go(step + 1));
at('play').addEventListener('click', play);
at('measure').addEventListener('click', () => void measureMany());
at('heads').addEventListener('plot-select', (event) => {
  picked = (event as CustomEvent<HeadPlace>).detail;
  draw();
});
digits.addEventListener('token-select', ({ detail }) => {
  if (shown && detail > shown.list.length) go(detail - shown.list.length - 1);
});
document.addEventListener('page-look', draw);
void start();
