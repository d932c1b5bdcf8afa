import { html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { define } from '../define.ts';
import { bytesOf } from './colours.ts';
import { Field } from './field.ts';
import { arrows } from './hand.ts';

/** An image: numbers from 0 (black) to 1, (height, width, channels), 1 channel for grey or 3 for colour. */
export interface Picture {
  height: number;
  width: number;
  channels: number;
  data: ArrayLike<number>;
}

/** A number for each pixel, drawn over the picture: `full` in full colour, negative ones in another colour. */
export interface Overlay {
  data: ArrayLike<number>;
  full: number;
}

export interface Place {
  row: number;
  column: number;
}

/** A frame around pixels. */
export interface Frame extends Place {
  height: number;
  width: number;
  kind: 'window' | 'patch';
}

const coarse = 8;
const strongest = 0.85;

/**
 * `<picture-field>`: an image, weights over it, frames around some of its pixels, and one chosen pixel, which pointer,
 * finger and arrow keys (with Shift by 8) move; `pixel-select` tells where to. Without `at` nothing can be chosen.
 */
export class PictureField extends Field {
  static override properties = {
    picture: { attribute: false },
    overlay: { attribute: false },
    frames: { attribute: false },
    at: { attribute: false },
    label: {},
  };
  declare picture: Picture | null;
  declare overlay: Overlay | null;
  declare frames: readonly Frame[];
  declare at: Place | null;
  declare label: string;

  constructor() {
    super();
    this.picture = this.overlay = this.at = null;
    this.frames = [];
    this.label = '';
  }

  protected override render(): TemplateResult | typeof nothing {
    const { picture, at, frames } = this;
    if (!picture) return nothing;
    const { height, width } = picture;
    const place = at ? `, ${at.row}, ${at.column}` : '';
    return html`<div
      class="stage"
      role=${at ? 'application' : 'img'}
      aria-label=${this.label + place}
      tabindex=${at ? 0 : nothing}
      @pointerdown=${(event: PointerEvent) => this.#press(event)}
      @pointermove=${(event: PointerEvent) => event.buttons > 0 && this.#point(event)}
      @keydown=${(event: KeyboardEvent) => this.#step(event)}
    >
      <canvas width=${width} height=${height}></canvas>
      <svg viewBox="0 0 ${width} ${height}" aria-hidden="true">
        ${frames.map(
          (frame) =>
            svg`<rect class=${frame.kind} x=${frame.column} y=${frame.row} width=${frame.width} height=${frame.height} />`,
        )}
        ${at ? svg`<rect class="at" x=${at.column} y=${at.row} width="1" height="1" />` : nothing}
      </svg>
    </div>`;
  }

  protected override updated(_: PropertyValues): void {
    const canvas = this.querySelector('canvas');
    if (!this.picture || !canvas) return;
    const { height, width, channels, data } = this.picture;
    const context = canvas.getContext('2d')!;
    const pixels = context.createImageData(width, height);
    for (let i = 0; i < height * width; ++i) {
      for (let c = 0; c < 3; ++c) pixels.data[4 * i + c] = 255 * data[i * channels + (channels > 2 ? c : 0)]!;
      pixels.data[4 * i + 3] = 255;
    }
    if (this.overlay) this.#paint(pixels.data, this.overlay);
    context.putImageData(pixels, 0, 0);
  }

  #paint(bytes: Uint8ClampedArray, { data, full }: Overlay): void {
    const [positive, negative] = ['--attn-mark', '--attn-mark-negative'].map((name) => bytesOf(this, name));
    for (let i = 0; i < data.length; ++i) {
      const share = Math.min(Math.abs(data[i]!) / full, 1);
      if (!(share > 0)) continue;
      const colour = data[i]! < 0 ? negative! : positive!;
      for (let c = 0; c < 3; ++c) {
        const byte = bytes[4 * i + c]!;
        bytes[4 * i + c] = byte + strongest * share * (colour[c]! - byte);
      }
    }
  }

  #press(event: PointerEvent): void {
    if (!this.at) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#point(event);
  }

  #point(event: PointerEvent): void {
    if (!this.picture) return;
    const place = this.querySelector('.stage')!.getBoundingClientRect();
    this.#go(
      Math.floor(((event.clientY - place.top) / place.height) * this.picture.height),
      Math.floor(((event.clientX - place.left) / place.width) * this.picture.width),
    );
  }

  #step(event: KeyboardEvent): void {
    const move = arrows[event.key];
    if (!move || !this.at) return;
    event.preventDefault();
    const by = event.shiftKey ? coarse : 1;
    this.#go(this.at.row - by * move[1], this.at.column + by * move[0]);
  }

  #go(row: number, column: number): void {
    const { picture, at } = this;
    if (!picture || !at) return;
    const within = (n: number, count: number): number => Math.min(Math.max(n, 0), count - 1);
    const to = { row: within(row, picture.height), column: within(column, picture.width) };
    if (to.row === at.row && to.column === at.column) return;
    this.dispatchEvent(new CustomEvent<Place>('pixel-select', { detail: to }));
  }
}

/** Gives `<picture-field>` its tag. */
export const definePictureField = (): void => define('picture-field', PictureField);
