import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { ImageSize, ModelInfo, Pixels } from '../../src/engine/types.ts';
import type { GivenImage } from '../live.ts';
import type { Lang } from '../settings.ts';
import { percent } from '../messages.ts';
import { paintAttention, type ImageAttention } from './image-attention.ts';
import { familySayer } from './messages.ts';

/** Pixels of the drawing's side, about. */
const wantedSide = 240;

const examples = ['ring', 'seven', 'plus', 'stripes'] as const;
type Example = (typeof examples)[number];

/** The drawing has a whole number of pixels for each that the model reads. */
function sideOf({ side }: ImageSize): number {
  return side * Math.max(1, Math.round(wantedSide / side));
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  return canvas.getContext('2d', { willReadFrequently: true })!;
}

function freshContext(side: number): CanvasRenderingContext2D {
  return contextOf(Object.assign(document.createElement('canvas'), { width: side, height: side }));
}

const inkOf = (isDark: boolean): string => (isDark ? '#fff' : '#000');

function clear(context: CanvasRenderingContext2D, isDark: boolean): void {
  const { width, height } = context.canvas;
  context.fillStyle = inkOf(!isDark);
  context.fillRect(0, 0, width, height);
}

/** Makes strokes as a broad pen does. */
function pen(context: CanvasRenderingContext2D, isDark: boolean): void {
  context.strokeStyle = inkOf(isDark);
  context.lineWidth = context.canvas.width / 11;
  context.lineCap = context.lineJoin = 'round';
}

/** Lines of the examples, in parts of the side. */
const lines: Record<Exclude<Example, 'ring'>, readonly (readonly [number, number])[][]> = {
  seven: [
    [
      [0.32, 0.26],
      [0.68, 0.26],
      [0.44, 0.76],
    ],
  ],
  plus: [
    [
      [0.5, 0.25],
      [0.5, 0.75],
    ],
    [
      [0.25, 0.5],
      [0.75, 0.5],
    ],
  ],
  stripes: [0.2, 0.4, 0.6, 0.8].map((y) => [
    [0.1, y],
    [0.9, y],
  ]),
};

function drawExample(context: CanvasRenderingContext2D, name: Example, isDark: boolean): void {
  const { width: side } = context.canvas;
  clear(context, isDark);
  pen(context, isDark);
  context.beginPath();
  if (name === 'ring') context.ellipse(side / 2, side / 2, 0.19 * side, 0.27 * side, 0, 0, 2 * Math.PI);
  else
    for (const line of lines[name]) {
      line.forEach(([x, y], index) =>
        (index === 0 ? context.moveTo : context.lineTo).call(context, x * side, y * side),
      );
    }
  context.stroke();
}

function pixelsOf(context: CanvasRenderingContext2D): Pixels {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, data };
}

/** Grey models mostly learnt light ink on dark ground, as MNIST has it. */
const startsDark = ({ channels }: ImageSize): boolean => channels === 1;

/** The image that a model of images is shown with. Null for others. */
export function firstImage({ image: size }: ModelInfo): GivenImage | null {
  if (!size) return null;
  const context = freshContext(sideOf(size));
  drawExample(context, 'ring', startsDark(size));
  return { pixels: pixelsOf(context), example: 'ring' };
}

/** Where a visitor gives an image: from a file, drawn, or an example. Tells `image-give` with a `GivenImage`. */
export class ImageField extends LitElement {
  static override properties = {
    size: { attribute: false },
    image: { attribute: false },
    attention: { attribute: false },
    lang: {},
    dark: { state: true },
    broken: { state: true },
  };

  declare size: ImageSize;
  declare image: GivenImage | null;
  /** Tints the image. */
  declare attention: ImageAttention | null;
  declare lang: Lang;
  /** Light ink on dark ground; null is what suits the model. */
  declare dark: boolean | null;
  declare broken: boolean;
  private last: readonly [number, number] | null = null;
  /** The image that stands on the canvas. */
  private shown: GivenImage | null = null;

  constructor() {
    super();
    this.image = null;
    this.attention = null;
    this.lang = 'en';
    this.dark = null;
    this.broken = false;
  }

  /** The page's own styles hold here. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  private get isDark(): boolean {
    return this.dark ?? startsDark(this.size);
  }

  private get context(): CanvasRenderingContext2D {
    return contextOf(this.querySelector('canvas')!);
  }

  protected override updated(changes: PropertyValues<this>): void {
    const heat = this.querySelector<HTMLCanvasElement>('.heat');
    if (heat && this.attention && changes.has('attention')) paintAttention(heat, this.attention);
    if (!this.image || (this.image === this.shown && !changes.has('size'))) return;
    this.shown = this.image;
    const { pixels } = this.image;
    const { width, height } = pixels;
    const source = freshContext(width);
    source.canvas.height = height;
    source.putImageData(new ImageData(pixels.data as Uint8ClampedArray<ArrayBuffer>, width, height), 0, 0);
    this.fill(source.canvas, width, height);
  }

  /** The middle square of a picture. */
  private fill(source: CanvasImageSource, width: number, height: number): void {
    const cut = Math.min(width, height);
    const { context } = this;
    const { width: side } = context.canvas;
    clear(context, false);
    context.drawImage(source, (width - cut) / 2, (height - cut) / 2, cut, cut, 0, 0, side, side);
  }

  private tell(example = ''): void {
    this.broken = false;
    this.shown = { pixels: pixelsOf(this.context), example };
    this.dispatchEvent(new CustomEvent<GivenImage>('image-give', { detail: this.shown }));
  }

  private show(name: Example): void {
    drawExample(this.context, name, this.isDark);
    this.tell(name);
  }

  private async choose(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    input.value = '';
    if (!file) return;
    try {
      const picture = await createImageBitmap(file);
      this.fill(picture, picture.width, picture.height);
      picture.close();
      this.tell();
    } catch {
      this.broken = true;
    }
  }

  /** Turns light to dark, in what is drawn and in what will be. */
  private invert(): void {
    this.dark = !this.isDark;
    const { context } = this;
    const { width, height } = context.canvas;
    const pixels = context.getImageData(0, 0, width, height);
    pixels.data.forEach((value, index) => (pixels.data[index] = index % 4 === 3 ? value : 255 - value));
    context.putImageData(pixels, 0, 0);
    this.tell(this.image?.example);
  }

  private place({ clientX, clientY }: PointerEvent): [number, number] {
    const { canvas } = this.context;
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [((clientX - left) / width) * canvas.width, ((clientY - top) / height) * canvas.height];
  }

  private press(event: PointerEvent): void {
    this.context.canvas.setPointerCapture(event.pointerId);
    this.last = this.place(event);
    this.draw(event);
  }

  private draw(event: PointerEvent): void {
    if (!this.last) return;
    const to = this.place(event);
    const { context } = this;
    pen(context, this.isDark);
    context.beginPath();
    context.moveTo(...this.last);
    context.lineTo(...to);
    context.stroke();
    this.last = to;
    this.tell();
  }

  private empty(): void {
    clear(this.context, this.isDark);
    this.tell();
  }

  private readonly release = (): void => {
    this.last = null;
  };

  override render(): TemplateResult {
    const say = familySayer(this.lang);
    const side = sideOf(this.size);
    return html`
      <div class="sheet">
        <canvas
          width=${side}
          height=${side}
          role="img"
          aria-label=${say('imageCanvas')}
          @pointerdown=${this.press}
          @pointermove=${this.draw}
          @pointerup=${this.release}
          @pointercancel=${this.release}
        ></canvas>
        ${this.attention ? html`<canvas class="heat" aria-hidden="true"></canvas>` : nothing}
      </div>
      <div class="giving">
        <p class="label">${say('image')}</p>
        <div class="row">
          <label class="button choosing"
            >${say('imageFile')}<input
              type="file"
              accept="image/*"
              @change=${(event: Event) => this.choose(event.target as HTMLInputElement)}
          /></label>
          <button type="button" @click=${this.empty}>${say('imageClear')}</button>
        </div>
        <p class="soft">${say('imageDraw', { side: this.size.side })}</p>
        <label class="check"
          ><input type="checkbox" .checked=${this.isDark} @change=${this.invert} />${say('imageInvert')}</label
        >
        ${this.renderExamples()} ${this.renderAttention()}
        <div role="status">${this.broken ? html`<p class="broken">${say('imageBroken')}</p>` : nothing}</div>
      </div>
    `;
  }

  private renderAttention(): TemplateResult | typeof nothing {
    if (!this.attention) return nothing;
    const { token, shown, weights, rest } = this.attention;
    const most = weights.reduce((a, b) => Math.max(a, b), 0);
    const values = { token, ...shown, most: percent(most), rest: percent(rest) };
    return html`<p class="soft heat-key">${familySayer(this.lang)('imageAttention', values)}</p>`;
  }

  private renderExamples(): TemplateResult {
    const say = familySayer(this.lang);
    return html`
      <div class="examples" role="group" aria-label=${say('examples')}>
        <span class="label" aria-hidden="true">${say('examples')}</span>
        ${examples.map(
          (name) => html`
            <button
              type="button"
              class="example"
              aria-pressed=${String(this.image?.example === name)}
              @click=${() => this.show(name)}
            >
              ${say(name)}
            </button>
          `,
        )}
      </div>
    `;
  }
}
