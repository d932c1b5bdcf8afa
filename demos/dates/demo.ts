import { init, type WorkerModel } from 'attention-playground';
import { visibleToken, type Cell, type HeadPlace } from 'attention-playground/plots';
import { at, fill, look, percent } from '../frame/page.ts';
import { characterRow } from './characters.ts';
import { headChoice, type Place } from './choice.ts';
import { kParts, partsOf, readDate, type Part, type ReadDate } from './dates.ts';
import { drawPictures, mainPattern } from './maps.ts';
import { largestDifference, probabilitiesAt, rowOf, write, type Written } from './writing.ts';

/** How a month and a day change places. */
const kPair = ['11/12/26', '13/12/26'];

const field = at<HTMLInputElement>('text');
const slider = at<HTMLInputElement>('step');
const filler = at<HTMLInputElement>('padding');

let model: WorkerModel;
/** What was written with every character seen, and with some covered; the same if none is. */
let shown: { open: Written; now: Written; date: ReadDate | null } | null = null;
let place: Place = { layer: 0, head: null };
let step = 0;
let covered = new Set<number>();
/** Where a range of covered characters begins, and whether it is to be covered. */
let anchor = { index: 0, covers: true };
let waiting = new AbortController();
let timer = 0;
let showChoices: ((place: Place) => void)[] = [];

/** Lets the model write the text's date; what was asked for before is dropped. */
async function update(): Promise<void> {
  waiting.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  const text = field.value;
  at('empty').hidden = text.trim() !== '';
  if (text.trim() === '') return;
  const padding = filler.valueAsNumber;
  const open = await write(model, text, { covered: new Set(), padding, signal });
  if (!open) return;
  const hidden = new Set(covered);
  const now = hidden.size > 0 ? await write(model, text, { covered: hidden, padding, signal }) : open;
  if (!now) return;
  shown = { open, now, date: readDate(open.run.source!.tokens) };
  draw();
}

/** Another text: nothing of it is covered, and its answer begins at the first step. */
function changeText(): void {
  stop();
  covered = new Set();
  step = 0;
  if (model) void update();
}

function draw(): void {
  if (!shown) return;
  const { now, date } = shown;
  const last = now.steps.length - 1;
  step = Math.min(step, last);
  slider.max = String(last);
  slider.value = String(step);
  at('waiting').hidden = true;
  at('drawn').hidden = false;
  const probabilities = probabilitiesAt(now.run, step);
  const weights = rowOf(mainPattern(now, place), step);
  drawRows(now, weights);
  drawPictures({ written: now, place, step, date, probabilities, vocabulary: model.info.vocabulary });
  for (const show of showChoices) show(place);
  describeStep(now, weights, probabilities);
  judge();
  compare();
  describePadding(now);
}

function drawRows({ run, steps }: Written, weights: Float32Array): void {
  const { tokens, unknown } = run.source!;
  const largest = Math.max(...weights);
  source.show(
    tokens.map((text, index) => ({
      text,
      label: `${visibleToken(text)} ${percent(weights[index]!, 1)}`,
      heat: largest > 0 ? weights[index]! / largest : 0,
      pressed: covered.has(index),
      unknown: unknown.includes(index),
    })),
  );
  const playing = timer !== 0;
  answer.show(
    steps.map((text, index) => ({
      text,
      label: visibleToken(text),
      current: index === step,
      pale: playing && index > step,
    })),
  );
}

function describeStep({ run, steps }: Written, weights: Float32Array, probabilities: Float32Array): void {
  const largest = Math.max(...weights);
  const key = weights.indexOf(largest);
  at('looks').hidden = largest === 0;
  at('blind').hidden = largest > 0;
  const { layer, head } = place;
  fill({
    number: step + 1,
    steps: steps.length,
    character: visibleToken(steps[step]!),
    sure: percent(Math.max(...probabilities), 1),
    most: visibleToken(run.source!.tokens[key]!),
    place: key + 1,
    weight: percent(largest, 1),
    headEn: head === null ? `layer ${layer}, mean of its heads` : `layer ${layer}, head ${head}`,
    headZh: head === null ? `第 ${layer} 层各头的平均` : `第 ${layer} 层第 ${head} 头`,
  });
}

/** Says whether the date is right, and by which rules. */
function judge(): void {
  const { open, now, date } = shown!;
  const verdict = now !== open ? 'covered' : !date ? 'unread' : date.iso === now.answer ? 'right' : 'wrong';
  const isShown = (line: HTMLElement): boolean => {
    if (line.dataset.verdict) return line.dataset.verdict === verdict;
    if (line.dataset.rule) return date?.rules.some((rule) => rule === line.dataset.rule) ?? false;
    return line.dataset.note === 'unknown' ? now.run.source!.unknown.length > 0 : date?.exists === false;
  };
  for (const line of at('verdict').querySelectorAll('p')) line.hidden = !isShown(line);
  fill({ answer: now.answer, expected: date?.iso ?? '', unknown: now.run.source!.unknown.length });
}

/** The answers before and after covering, part by part. */
function compare(): void {
  const { open, now, date } = shown!;
  const [before, after] = [partsOf(open.answer), partsOf(now.answer)];
  at('changes').hidden = now === open;
  for (const part of kParts) {
    const cell = (row: string) => at(row).querySelector<HTMLElement>(`[data-part="${part}"]`)!;
    cell('seen').textContent = before[part];
    cell('unseen').textContent = after[part];
    cell('unseen').classList.toggle('changed', before[part] !== after[part]);
    const button = at('covers').querySelector<HTMLButtonElement>(`[data-part="${part}"]`)!;
    button.disabled = !date;
    button.setAttribute('aria-pressed', String(isCovered(part)));
  }
  at<HTMLButtonElement>('uncover').disabled = covered.size === 0;
}

/** `6.7 × 10⁻⁶`. */
function scientific(value: number): string {
  const [digits = '', power = ''] = value.toExponential(1).split('e');
  if (value === 0) return '0';
  const raised = Array.from(power.replace('+', ''), (sign) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(sign)]);
  return `${digits} × 10${raised.join('')}`;
}

function describePadding({ run, padded }: Written): void {
  const count = padded.padding ?? 0;
  filler.max = String(Math.min(12, model.info.n_ctx - run.source!.ids.length));
  fill({ padding: count, difference: scientific(largestDifference(run, padded)) });
  const likeliest = (of: Written['run']) =>
    of.tokens.map((_, row) => rowOf(of.logits, row)).map((logits) => logits.indexOf(Math.max(...logits)));
  const isSame = likeliest(run).join() === likeliest(padded).join();
  at('padded').hidden = count === 0;
  for (const word of document.querySelectorAll<HTMLElement>('#padded .same')) word.hidden = !isSame;
  for (const word of document.querySelectorAll<HTMLElement>('#padded .other')) word.hidden = isSame;
}

function indicesOf(part: Part): number[] {
  const [from, to] = shown?.date?.spans[part] ?? [0, 0];
  return Array.from({ length: to - from }, (_, offset) => from + offset);
}

function isCovered(part: Part): boolean {
  const indices = indicesOf(part);
  return indices.length > 0 && indices.every((index) => covered.has(index));
}

function setCovered(indices: readonly number[], covers: boolean): void {
  stop();
  for (const index of indices) {
    if (covers) covered.add(index);
    else covered.delete(index);
  }
  void update();
}

function pickSource(index: number, range: boolean): void {
  if (!range) anchor = { index, covers: !covered.has(index) };
  const [from, to] = [Math.min(anchor.index, index), Math.max(anchor.index, index)];
  setCovered(
    Array.from({ length: to - from + 1 }, (_, offset) => from + offset),
    anchor.covers,
  );
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

/** Writes the answer again, a step at a time, from the first if it stands at the end. */
function play(): void {
  if (timer !== 0) {
    stop();
    return draw();
  }
  const last = Number(slider.max);
  at('play').setAttribute('aria-pressed', 'true');
  timer = window.setInterval(() => {
    if (step + 1 >= last) stop();
    go(step + 1);
  }, 900);
  go(step >= last ? 0 : step);
}

function choose(next: Place): void {
  place = next;
  draw();
}

function makeExample(text: string): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'example';
  button.textContent = text;
  button.addEventListener('click', () => {
    field.value = text;
    changeText();
  });
  return button;
}

async function start(): Promise<void> {
  const engine = await init({ worker: true });
  model = await engine.loadModel(new URL('../../models/dates/', document.baseURI));
  const { n_ctx: most, n_layers: layers, n_heads: heads, examples } = model.info;
  field.maxLength = most;
  place = { layer: layers - 1, head: null };
  showChoices = ['choice', 'choice-again'].map((id) => headChoice(at(id), { layers, heads, onChange: choose }));
  at('examples').append(...[...examples.map(({ text }) => text), ...kPair].map(makeExample));
  const first = examples.find(({ lang }) => lang === look().lang) ?? examples[0];
  if (field.value === '') field.value = first?.text ?? '';
  await update();
}

const source = characterRow(at('source'), { onPick: pickSource });
const answer = characterRow(at('answer'), {
  follow: true,
  onPick: (index) => {
    stop();
    go(index);
  },
});
field.addEventListener('input', changeText);
filler.addEventListener('input', () => void (model && update()));
slider.addEventListener('input', () => {
  stop();
  go(slider.valueAsNumber);
});
for (const [id, by] of Object.entries({ back: -1, next: 1 })) {
  at(id).addEventListener('click', () => {
    stop();
    go(step + by);
  });
}
at('play').addEventListener('click', play);
for (const button of at('covers').querySelectorAll<HTMLButtonElement>('[data-part]')) {
  const part = button.dataset.part as Part;
  button.addEventListener('click', () => setCovered(indicesOf(part), !isCovered(part)));
}
at('uncover').addEventListener('click', () => setCovered([...covered], false));
for (const id of ['map', 'cross', 'decoder']) {
  at(id).addEventListener('plot-select', (event) => {
    stop();
    go((event as CustomEvent<Cell>).detail.query);
  });
}
at('heads').addEventListener('plot-select', (event) => choose((event as CustomEvent<HeadPlace>).detail));
document.addEventListener('page-look', draw);
void start();
