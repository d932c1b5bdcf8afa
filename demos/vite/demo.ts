import { AttentionError, init, type Engine, type Tensor } from 'attention-playground';
import { drawField, drawMarks, drawShares, kNames, listShares, placeMarks, type Point } from './picture.ts';

/** Half of the plane's width; half of its height is 1. */
const kWide = 4 / 3;
/** Columns and rows of the field: a query for each. */
const kGrid = { columns: 128, rows: 96 };

const keys: Point[] = [
  [-0.95, 0.55],
  [-0.25, 0.75],
  [0.55, 0.68],
  [1.05, 0.1],
  [0.75, -0.6],
  [-0.05, -0.72],
  [-0.8, -0.5],
  [0.12, 0.06],
];
const colours = [
  [244, 114, 92],
  [250, 176, 72],
  [214, 208, 84],
  [92, 188, 122],
  [56, 172, 196],
  [86, 112, 224],
  [152, 92, 214],
  [236, 112, 172],
];

const tensor = (rows: readonly (readonly number[])[]): Tensor => ({
  shape: [1, rows.length, rows[0]!.length],
  data: Float32Array.from(rows.flat()),
});

/** The queries of the whole plane, row by row from the top left. */
const plane = tensor(
  Array.from({ length: kGrid.rows * kGrid.columns }, (_, cell) => {
    const column = cell % kGrid.columns;
    const row = Math.floor(cell / kGrid.columns);
    return [((column + 0.5) / kGrid.columns - 0.5) * 2 * kWide, (0.5 - (row + 0.5) / kGrid.rows) * 2];
  }),
);

/**
 * Keys on a circle would all have the same length; to let nearness decide, each point (x, y) is lifted: a key becomes
 * (x, y, -|k|²/2) and a query (x, y, 1), so that q · k = const - |q - k|²/2.
 */
const liftKeys = (points: readonly Point[]): Tensor => tensor(points.map(([x, y]) => [x, y, -(x * x + y * y) / 2]));
const liftQueries = ({ shape, data }: Tensor): Tensor => {
  const points = Array.from({ length: shape[1]! }, (_, i) => [data[2 * i]!, data[2 * i + 1]!, 1]);
  return tensor(points);
};

const field = document.querySelector<HTMLCanvasElement>('#field')!;
const surface = document.querySelector<HTMLElement>('#plane')!;
const sharpness = document.querySelector<HTMLInputElement>('#scale')!;
const lang = navigator.language.startsWith('zh') ? 'zh' : 'en';
const spoken = document.querySelector<HTMLElement>('#spoken')!;
const speed = document.querySelector<HTMLOutputElement>('#speed')!;

let query: Point = [0.42, 0.32];
let dragged = -1;
let isDue = false;

/** Everything that is drawn comes from these two calls. */
function draw(attn: Engine, queries: Tensor): void {
  const options = { scale: 10 ** Number(sharpness.value) / 10 };
  const [k, v] = [liftKeys(keys), tensor(colours)];
  const begun = performance.now();
  const { output } = attn.attention(queries, k, v, options);
  const milliseconds = performance.now() - begun;
  drawField(field, output.data, kGrid);
  const one = attn.attention(liftQueries(tensor([query])), k, v, options);
  drawMarks(query, keys, one.pattern.data, one.output.data);
  drawShares(one.pattern.data);
  const [count, time] = [queries.shape[1], milliseconds.toFixed(1)];
  speed.textContent = {
    en: `${count} queries in ${time} ms (${attn.build})`,
    zh: `${count} 个查询，用时 ${time} 毫秒（${attn.build}）`,
  }[lang];
}

/** The likeliest key in words, for those who listen. */
function speak(attn: Engine): void {
  const { pattern } = attn.attention(liftQueries(tensor([query])), liftKeys(keys), tensor(colours), {
    scale: 10 ** Number(sharpness.value) / 10,
  });
  const largest = pattern.data.indexOf(Math.max(...pattern.data));
  const share = `${Math.round(pattern.data[largest]! * 100)} %`;
  spoken.textContent = {
    en: `The query gives key ${kNames[largest]} ${share} of its attention.`,
    zh: `查询把 ${share} 的注意力给了键 ${kNames[largest]}。`,
  }[lang];
}

function pointAt(event: PointerEvent): Point {
  const { left, top, width, height } = surface.getBoundingClientRect();
  const clamp = (x: number) => Math.max(-1, Math.min(1, x));
  return [clamp(((event.clientX - left) / width - 0.5) * 2) * kWide, clamp((0.5 - (event.clientY - top) / height) * 2)];
}

function nearestKey([x, y]: Point): number {
  const distances = keys.map(([kx, ky]) => Math.hypot(x - kx, y - ky));
  const least = Math.min(...distances);
  return least < 0.12 ? distances.indexOf(least) : -1;
}

function listen(redraw: () => void, tell: () => void): void {
  surface.addEventListener('pointerdown', (event) => {
    dragged = nearestKey(pointAt(event));
    if (dragged < 0) query = pointAt(event);
    surface.setPointerCapture(event.pointerId);
    redraw();
  });
  surface.addEventListener('pointermove', (event) => {
    if (dragged >= 0) keys[dragged] = pointAt(event);
    else query = pointAt(event);
    redraw();
  });
  for (const end of ['pointerup', 'pointercancel']) surface.addEventListener(end, () => ((dragged = -1), tell()));
  sharpness.addEventListener('input', redraw);
  sharpness.addEventListener('change', tell);
  const steps: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  surface.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    query = [
      Math.max(-kWide, Math.min(kWide, query[0] + step[0] * 0.06)),
      Math.max(-1, Math.min(1, query[1] + step[1] * 0.06)),
    ];
    redraw();
    tell();
  });
}

async function start(): Promise<void> {
  for (const place of [spoken, speed]) place.lang = lang;
  const attn = await init();
  const queries = liftQueries(plane);
  placeMarks(kWide, colours);
  listShares(colours);
  const redraw = (): void => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw(attn, queries);
    });
  };
  listen(redraw, () => speak(attn));
  draw(attn, queries);
  speak(attn);
}

start().catch((error: unknown) => {
  spoken.textContent = error instanceof AttentionError ? `${error.message} (${error.code})` : String(error);
});
