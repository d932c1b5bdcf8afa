/** A point of the plane: x from -4/3 to 4/3, y from -1 to 1 upwards. */
export type Point = [x: number, y: number];

/** Names of the keys, as drawn. */
export const kNames = 'ABCDEFGH';

const kNamespace = 'http://www.w3.org/2000/svg';
/** Pixels of the drawing's own coordinates to a unit of the plane. */
const kUnit = 240;

const svgElement = (name: string, attributes: Record<string, string | number>): SVGElement => {
  const element = document.createElementNS(kNamespace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
};

const rgb = (colour: ArrayLike<number>): string =>
  `rgb(${Array.from({ length: 3 }, (_, i) => Math.round(colour[i] ?? 0)).join(' ')})`;
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`;

const marks = {
  spokes: [] as SVGElement[],
  keys: [] as SVGElement[],
  names: [] as SVGElement[],
  query: [] as SVGElement[],
};
const shares: { bar: SVGElement; value: HTMLElement }[] = [];

/** Makes a spoke, a disc and a name for each key, and the ring of the query. */
export function placeMarks(wide: number, colours: readonly (readonly number[])[]): void {
  const svg = document.querySelector<SVGSVGElement>('#marks')!;
  svg.setAttribute('viewBox', `${-wide * kUnit} ${-kUnit} ${2 * wide * kUnit} ${2 * kUnit}`);
  marks.spokes = colours.map(() => svgElement('line', { class: 'spoke' }));
  marks.keys = colours.map((colour) => svgElement('circle', { class: 'key', r: 13, fill: rgb(colour) }));
  marks.names = colours.map((_, index) => {
    const name = svgElement('text', { class: 'name' });
    name.textContent = kNames[index] ?? '';
    return name;
  });
  marks.query = [
    svgElement('circle', { class: 'query', r: 18 }),
    svgElement('circle', { class: 'query-edge', r: 20.5 }),
  ];
  svg.replaceChildren(...marks.spokes, ...marks.keys, ...marks.names, ...marks.query);
}

/** `pattern` (keys): the share of each key; `blend` (3): the colour that the shares give. */
export function drawMarks(query: Point, keys: readonly Point[], pattern: Float32Array, blend: Float32Array): void {
  const at = ([x, y]: Point): Point => [x * kUnit, -y * kUnit];
  const [qx, qy] = at(query);
  keys.forEach((key, index) => {
    const [x, y] = at(key);
    const share = pattern[index] ?? 0;
    const spoke = { x1: qx, y1: qy, x2: x, y2: y, 'stroke-width': 16 * share, 'stroke-opacity': 0.25 + 0.7 * share };
    for (const [name, value] of Object.entries(spoke)) marks.spokes[index]?.setAttribute(name, String(value));
    for (const [name, value] of Object.entries({ cx: x, cy: y, r: 11 + 9 * share }))
      marks.keys[index]?.setAttribute(name, String(value));
    for (const [name, value] of Object.entries({ x, y })) marks.names[index]?.setAttribute(name, String(value));
  });
  for (const ring of marks.query) {
    ring.setAttribute('cx', String(qx));
    ring.setAttribute('cy', String(qy));
  }
  marks.query[0]?.setAttribute('fill', rgb(blend));
}

/** `output` (rows x columns, 3): a colour for every query of the plane. */
export function drawField(
  canvas: HTMLCanvasElement,
  output: Float32Array,
  { columns, rows }: { columns: number; rows: number },
): void {
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows);
  for (let cell = 0; cell < columns * rows; ++cell) {
    for (let channel = 0; channel < 3; ++channel) image.data[4 * cell + channel] = output[3 * cell + channel] ?? 0;
    image.data[4 * cell + 3] = 255;
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}

/** One row a key: its name, a bar, a number. */
export function listShares(colours: readonly (readonly number[])[]): void {
  const list = document.querySelector('#shares')!;
  shares.length = 0;
  for (const [index, colour] of colours.entries()) {
    const row = document.createElement('li');
    const [name, value] = [document.createElement('span'), document.createElement('span')];
    name.textContent = kNames[index] ?? '';
    value.className = 'value';
    const chart = svgElement('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    const bar = svgElement('rect', { height: 10, fill: rgb(colour), rx: 2 });
    chart.append(svgElement('rect', { class: 'track', width: 100, height: 10, rx: 2 }), bar);
    row.append(name, chart, value);
    list.append(row);
    shares.push({ bar, value });
  }
}

export function drawShares(pattern: Float32Array): void {
  shares.forEach(({ bar, value }, index) => {
    const share = pattern[index] ?? 0;
    bar.setAttribute('width', String(100 * share));
    value.textContent = percent(share);
  });
}
