import { init, type Engine, type Model } from 'attention-playground';
import { at, fill, headName, look, percent } from '../frame/page.ts';
import { makeBars, type Bars } from './bars.ts';
import { makeBoard } from './board.ts';
import { centred } from './drawing.ts';
import { makeHeads, type Choice, type Heads, type HeadView } from './heads.ts';
import { inkPlaces, inPlace, isMoved, kPatches, shuffled, swapped } from './patches.ts';
import { makePen } from './pen.ts';
import { isChanged, read, type Changes, type Reading } from './reader.ts';
import { kDigits } from './strokes.ts';
import * as words from './words.ts';

type Mode = 'ask' | 'cover' | 'hide' | 'move';

const kFirstDigit = 8;
const kFirstHead: Choice = { layer: 3, head: 1 };
const kPause = 700;

let engine: Engine;
let model: Model;
let heads: Heads;
let bars: Bars;
let shown: Reading | null = null;
let chosen: Choice = kFirstHead;
/** The patch that is asked; null is the class token. */
let query: number | null = null;
let pointed: number | null = null;
let mode: Mode = 'ask';
/** A patch that waits to be moved, and whether this press took it. */
let picked: number | null = null;
/** What a press in the mode `cover` or `hide` does to the patches that it comes over. */
let laying = true;
let order: readonly number[] = inPlace();
let seed = 0;
let positions = true;
const covered = new Set<number>();
const hidden = new Set<number>();
const off = new Set<string>();

const changes = (): Changes => ({
  arrangement: { order, covered: new Set(covered), hidden: new Set(hidden) },
  positions,
  off,
});

let asked = 0;
let isReading = false;

/** Reads what is on the sheet now; while a reading runs, only the latest drawing waits. */
async function refresh(): Promise<void> {
  asked += 1;
  if (isReading || !model) return;
  isReading = true;
  try {
    for (let turn = 0; turn !== asked;) {
      turn = asked;
      const drawn = centred(pen.bitmap());
      shown = drawn && (await read(engine, model, drawn, changes()));
      draw();
    }
  } finally {
    isReading = false;
  }
}

/** Row `token` of a square array of `tokens` rows that starts at `start`: [class token, 49 patches]. */
const rowOf = (data: Float32Array, start: number): Float32Array =>
  data.subarray(start + (query === null ? 0 : query + 1) * (kPatches + 1)).subarray(0, kPatches + 1);

/** What the one who is asked looks at, in a head or in the rollout. */
function weightsOf({ patterns, rollout }: Reading, { layer, head }: Choice): Float32Array {
  const square = (kPatches + 1) ** 2;
  return head === null ? rowOf(rollout.data, layer * square) : rowOf(patterns[layer]!.data, head * square);
}

const nameOf = ({ layer, head }: Choice): string =>
  head === null ? words.rolloutName(layer) : headName({ layer, head });
const offName = ({ layer, head }: Choice): string => `${layer}.${head}`;

function viewOf(reading: Reading, choice: Choice): HeadView {
  const weights = weightsOf(reading, choice).subarray(1);
  const full = Math.max(...weights);
  const isOff = off.has(offName(choice));
  return { weights, full, off: isOff, label: words.pictureLabel(nameOf(choice), weights.indexOf(full), full, isOff) };
}

function draw(): void {
  if (!model) return;
  const { theme } = look();
  const { n_layers, n_heads } = model.info;
  at('waiting').hidden = true;
  at('scene').hidden = false;
  at('verdict').hidden = !shown;
  at('nothing').hidden = Boolean(shown);
  for (const id of ['told', 'legend', 'findings']) at(id).hidden = !shown;
  bars.show(shown && shown.probs, shown && shown.untouched);
  drawControls();
  const blank = new Float32Array(28 * 28);
  const choices = Array.from({ length: n_layers }, (_, layer) =>
    [...Array(n_heads).keys(), null].map((head) => ({ layer, head })),
  ).flat();
  const nothing = (choice: Choice): HeadView => ({ weights: [], full: 0, label: nameOf(choice), off: false });
  const views = choices.map((choice) => (shown ? viewOf(shown, choice) : nothing(choice)));
  const names = { corner: words.layerWord(), layer: (layer: number) => `L${layer}`, heads: words.headColumns(n_heads) };
  heads.show(shown?.picture ?? blank, views, { chosen, theme, names });
  drawBoard(shown?.picture ?? blank);
  if (shown) report(shown);
}

function drawBoard(picture: Float32Array): void {
  const reading = shown;
  const view = reading && viewOf(reading, chosen);
  const marks = order.map((piece, place) => ({
    covered: covered.has(piece),
    hidden: hidden.has(piece),
    moved: piece !== place,
  }));
  board.show({
    picture,
    weights: view?.weights,
    full: view?.full ?? 0,
    theme: look().theme,
    labels: marks.map((mark, place) => words.patchLabel(place, view ? view.weights[place]! : null, mark)),
    query,
    picked,
    covered: marks.map((mark) => mark.covered),
    hidden: marks.map((mark) => mark.hidden),
    pointed,
  });
  const isTold = pointed !== null && view;
  at('pointed').textContent = isTold ? `${words.placeName(pointed!)}: ${percent(view.weights[pointed!]!, 1)}` : '';
}

function drawControls(): void {
  const { head } = chosen;
  at('of-head').hidden = head === null;
  at('of-rollout').hidden = head !== null;
  at('still-counted').hidden = off.size === 0;
  at('invitation').hidden = pen.isOwn();
  at('class-token').hidden = query === null;
  // A rollout has no switch; its place is kept, so that nothing below moves.
  at('head-off').parentElement!.style.visibility = head === null ? 'hidden' : '';
  at<HTMLInputElement>('head-off').checked = off.has(offName(chosen));
  at<HTMLInputElement>('positions').checked = positions;
  at<HTMLButtonElement>('put-back').disabled = !isMoved(changes().arrangement);
  at<HTMLButtonElement>('undo').disabled = at<HTMLButtonElement>('clear').disabled = pen.isEmpty();
  at('changes').hidden = !isChanged(changes());
  at('pen').setAttribute('aria-label', words.drawingLabel());
  at('examples')
    .querySelectorAll('button')
    .forEach((button, digit) => button.setAttribute('aria-label', words.exampleLabel(digit)));
  document.querySelectorAll<HTMLElement>('[data-mode]').forEach((part) => (part.hidden = part.dataset.mode !== mode));
  board.holdPage(mode !== 'ask');
}

/** The likeliest digit and its probability, as the page's words want them. */
function best(probs: Float32Array): { digit: string; sure: string } {
  const most = Math.max(...probs);
  return { digit: model.info.labels[probs.indexOf(most)]!, sure: percent(most, 1) };
}

function caseOf({ putBack, untouched }: Reading): string {
  if (putBack) return positions ? 'moved' : 'bag';
  if (!positions) return 'unplaced';
  return untouched ? 'other' : 'untouched';
}

function report(reading: Reading): void {
  const { picture, probs, untouched, putBack } = reading;
  const weights = weightsOf(reading, chosen);
  const ink = inkPlaces(picture);
  const onInk = weights.subarray(1).reduce((sum, weight, place) => sum + (ink[place] ? weight : 0), 0);
  const now = best(probs);
  const before = untouched && best(untouched);
  const back = putBack && best(putBack.probs);
  fill({
    ...now,
    name: nameOf(chosen),
    head: nameOf(chosen),
    who: words.askerName(query),
    full: percent(Math.max(...weights.subarray(1)), 1),
    onInk: percent(onInk, 1),
    onSelf: percent(weights[0]!, 1),
    moved: order.filter((piece, place) => piece !== place).length,
    covered: covered.size,
    hidden: hidden.size,
    off: [...off].map((name) => `L${name.replace('.', '·H')}`).join(', ') || 0,
    ...(before ? { untouchedDigit: before.digit, untouchedSure: before.sure } : {}),
    ...(putBack && back
      ? { backDigit: back.digit, backSure: back.sure, difference: putBack.difference.toFixed(7) }
      : {}),
  });
  at('compared').hidden = !untouched;
  const wanted = caseOf(reading);
  document.querySelectorAll<HTMLElement>('[data-case]').forEach((part) => (part.hidden = part.dataset.case !== wanted));
  speak(now.digit, Math.max(...probs));
}

let pause = 0;

/** Tells a reader what was read, once the pen rests. */
function speak(digit: string, sure: number): void {
  clearTimeout(pause);
  pause = window.setTimeout(() => (at('spoken').textContent = words.spokenReading(digit, sure)), kPause);
}

/** Covers or hides the piece at `place`, or takes that away, as the press began. */
function lay(place: number): void {
  const set = mode === 'cover' ? covered : hidden;
  if (laying) set.add(order[place]!);
  else set.delete(order[place]!);
  void refresh();
}

function swap(place: number): void {
  if (picked !== null && picked !== place) order = swapped(order, picked, place);
  picked = null;
  void refresh();
}

const pen = makePen(at<HTMLCanvasElement>('pen'), () => void refresh());
let pressed: number | null = null;
const board = makeBoard(at('board'), {
  press(place) {
    pressed = place;
    if (mode === 'cover' || mode === 'hide') {
      laying = !(mode === 'cover' ? covered : hidden).has(order[place]!);
      lay(place);
    }
    if (mode !== 'move') return;
    if (picked !== null) {
      pressed = null;
      return swap(place);
    }
    picked = place;
    draw();
  },
  over(place) {
    if (mode === 'cover' || mode === 'hide') lay(place);
  },
  release(place) {
    if (mode === 'ask' && place === pressed) {
      query = query === place ? null : place;
      draw();
    }
    if (mode === 'move' && pressed !== null && place !== pressed) swap(place);
    pressed = null;
  },
  point(place) {
    if (pointed === place) return;
    pointed = place;
    if (shown) drawBoard(shown.picture);
  },
});

function makeExample(digit: number): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = String(digit);
  button.addEventListener('click', () => pen.write(kDigits[digit]!));
  return button;
}

function listen(): void {
  const on = (id: string, act: () => void, event = 'click') =>
    at(id).addEventListener(event, () => {
      act();
      void refresh();
    });
  at('clear').addEventListener('click', () => pen.clear());
  at('undo').addEventListener('click', () => pen.undo());
  on('class-token', () => (query = null));
  on('shuffle', () => (order = shuffled(++seed)));
  on('put-back', () => (order = inPlace()));
  on('positions', () => (positions = at<HTMLInputElement>('positions').checked), 'change');
  on('head-off', () => (off.delete(offName(chosen)) ? null : off.add(offName(chosen))), 'change');
  on('reset', () => {
    order = inPlace();
    positions = true;
    for (const set of [covered, hidden, off]) set.clear();
  });
  document.querySelectorAll<HTMLInputElement>('[name=mode]').forEach((radio) =>
    radio.addEventListener('change', () => {
      mode = radio.value as Mode;
      picked = null;
      draw();
    }),
  );
  document.addEventListener('page-look', () => {
    pen.repaint();
    draw();
  });
}

async function start(): Promise<void> {
  engine = await init();
  model = await engine.loadModel(new URL('../../models/digits/', document.baseURI));
  const { n_layers, n_heads, labels } = model.info;
  bars = makeBars(at('bars').querySelector('tbody')!, labels);
  heads = makeHeads(at('heads'), n_layers, n_heads, (choice) => {
    chosen = choice;
    draw();
  });
  at('examples').append(...kDigits.map((_, digit) => makeExample(digit)));
  pen.write(kDigits[kFirstDigit]!, true);
  await refresh();
}

listen();
void start();
