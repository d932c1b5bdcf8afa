import { html, LitElement, type TemplateResult } from 'lit';
import { define } from '../define.ts';
import type { Picture } from '../rooms/picture-field.ts';
import { uniforms } from '../rooms/uniforms.ts';
import { pictureOf } from './pictures.ts';

const side = 128;
const pen = 7;
const [dark, light] = ['#2e2e2e', '#d6d6d6'];
const shapes = 9;

/**
 * `<drawing-pad>`: a grey picture that the visitor draws with pointer or finger; a button draws shapes, so that the
 * keyboard makes pictures too. Tells each one in a `draw` event, the first by itself.
 */
export class DrawingPad extends LitElement {
  static override properties = { isChinese: { attribute: false } };
  declare isChinese: boolean;
  #seed = 1;
  #last: readonly [number, number] | null = null;

  constructor() {
    super();
    this.isChinese = false;
  }

  /** Styles come from where it stands. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const t = (en: string, zh: string): string => (this.isChinese ? zh : en);
    return html`
      <canvas
        width=${side}
        height=${side}
        role="img"
        aria-label=${t('Drawing pad', '画板')}
        @pointerdown=${(event: PointerEvent) => this.#press(event)}
        @pointermove=${(event: PointerEvent) => this.#last && this.#draw(event)}
        @pointerup=${() => (this.#last = null)}
        @pointercancel=${() => (this.#last = null)}
      ></canvas>
      <p class="soft">${t('Draw here with mouse or finger.', '用鼠标或手指在这里画。')}</p>
      <p class="row">
        <button
          type="button"
          @click=${() => {
            this.#seed += 1;
            this.#drawShapes();
          }}
        >
          ${t('Draw other shapes', '随机画一些图形')}
        </button>
        <button
          type="button"
          @click=${() => {
            this.#clear();
            this.#tell();
          }}
        >
          ${t('Empty', '清空')}
        </button>
      </p>
    `;
  }

  protected override firstUpdated(): void {
    this.#drawShapes();
  }

  get #canvas(): HTMLCanvasElement {
    return this.querySelector('canvas')!;
  }

  get #context(): CanvasRenderingContext2D {
    return this.#canvas.getContext('2d', { willReadFrequently: true })!;
  }

  #tell(): void {
    this.dispatchEvent(new CustomEvent<Picture>('draw', { detail: pictureOf(this.#canvas) }));
  }

  #clear(): void {
    const context = this.#context;
    context.fillStyle = light;
    context.fillRect(0, 0, side, side);
  }

  #press(event: PointerEvent): void {
    this.#canvas.setPointerCapture(event.pointerId);
    this.#last = this.#place(event);
    this.#draw(event);
  }

  #place(event: PointerEvent): [number, number] {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return [((event.clientX - left) / width) * side, ((event.clientY - top) / height) * side];
  }

  #draw(event: PointerEvent): void {
    const to = this.#place(event);
    const context = this.#context;
    context.strokeStyle = dark;
    context.lineWidth = pen;
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(...this.#last!);
    context.lineTo(...to);
    context.stroke();
    this.#last = to;
    this.#tell();
  }

  /** Discs, squares and strips of several greys, the same for the same seed. */
  #drawShapes(): void {
    this.#clear();
    const uniform = uniforms(this.#seed);
    const within = (low: number, high: number): number => low + (high - low) * uniform();
    const context = this.#context;
    for (let n = 0; n < shapes; ++n) {
      const grey = Math.round(within(20, 200));
      context.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
      const [x, y, size] = [within(0, side), within(0, side), within(8, 28)];
      context.beginPath();
      if (n % 3 === 0) context.arc(x, y, size, 0, 2 * Math.PI);
      else context.rect(x, y, n % 3 === 1 ? size : size / 4, n % 3 === 1 ? size : 3 * size);
      context.fill();
    }
    this.#tell();
  }
}

/** Gives `<drawing-pad>` its tag. */
export const defineDrawingPad = (): void => define('drawing-pad', DrawingPad);
