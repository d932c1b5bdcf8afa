import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { define } from '../define.ts';
import type { Picture } from '../rooms/picture-field.ts';
import { failureMessage, type Translate } from '../rooms/section.ts';
import { defineDrawingPad } from './drawing-pad.ts';
import { loadPicture, readPicture, shipped } from './pictures.ts';

/** Pictures that an attribute may name. */
export const choices = [...shipped, 'drawn'] as const;
export type Choice = (typeof choices)[number];

/** What a visitor has chosen: `own` is a file. */
export interface Chosen {
  choice: Choice | 'own';
  picture: Picture;
}

/**
 * `<picture-choice>`: shipped pictures, one that the visitor draws, or a file of the visitor's own, by button or dropped.
 * Tells the picture in a `choose` event, also that of a new `choice`. A file never leaves the machine.
 */
export class PictureChoice extends LitElement {
  static override properties = { choice: { attribute: false }, isChinese: { attribute: false } };
  declare choice: Choice;
  declare isChinese: boolean;
  #shown: Chosen['choice'] | null = null;
  #note = '';
  #failure: { code: string; message: string } | null = null;
  /** Of several pictures that are under way only the last one counts. */
  #asked = 0;

  constructor() {
    super();
    this.choice = choices[0];
    this.isChinese = false;
  }

  /** Styles come from where it stands. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  readonly #t: Translate = (en, zh) => (this.isChinese ? zh : en);

  protected override willUpdate(changes: PropertyValues): void {
    if (changes.has('choice') && this.choice !== this.#shown) this.#choose(this.choice);
  }

  protected override render(): TemplateResult {
    const t = this.#t;
    const names: Record<Choice, string> = {
      brick: t('A wall of bricks', '砖墙'),
      gravel: t('Gravel', '碎石'),
      astronaut: t('A face', '人脸'),
      drawn: t('Draw one', '自己画'),
    };
    return html`<div
      class="choice-area"
      @dragover=${(event: DragEvent) => event.preventDefault()}
      @drop=${(event: DragEvent) => this.#drop(event)}
    >
      <div class="examples" role="group" aria-label=${t('Picture', '图片')}>
        ${choices.map(
          (name) =>
            html`<button
              type="button"
              class="example"
              aria-pressed=${String(name === this.#shown)}
              @click=${() => this.#choose(name)}
            >
              ${names[name]}
            </button>`,
        )}
        <label class="example file" aria-current=${this.#shown === 'own' ? 'true' : nothing}>
          ${t('Your own: choose or drop a file', '用你自己的图：选择或拖入文件')}
          <input type="file" accept="image/*" @change=${(event: Event) => this.#pick(event)} />
        </label>
      </div>
      ${
        this.#shown === 'drawn'
          ? html`<drawing-pad
              .isChinese=${this.isChinese}
              @draw=${(event: CustomEvent<Picture>) => this.#tell('drawn', event.detail)}
            ></drawing-pad>`
          : nothing
      }
      <p class="soft note" role="status">${this.#note}</p>
      ${this.#failure ? failureMessage(this.#failure, t) : nothing}
    </div>`;
  }

  #choose(name: Choice): void {
    const asked = ++this.#asked;
    this.#note = '';
    this.#failure = null;
    this.requestUpdate();
    if (name === 'drawn') {
      // the pad tells its first picture by itself
      this.#shown = name;
      return;
    }
    loadPicture(name).then(
      (picture) => asked === this.#asked && this.#tell(name, picture),
      (error: unknown) => asked === this.#asked && this.#fail('picture_file', String(error)),
    );
  }

  #pick(event: Event): void {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file) void this.#read(file);
    // the same file may be chosen again
    input.value = '';
  }

  #drop(event: DragEvent): void {
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void this.#read(file);
  }

  async #read(file: File): Promise<void> {
    const asked = ++this.#asked;
    try {
      const { picture, height, width } = await readPicture(file);
      if (asked !== this.#asked) return;
      const isScaled = picture.width !== width || picture.height !== height;
      const sizes = [`${width} × ${height}`, `${picture.width} × ${picture.height}`];
      const stays = this.#t('It stays on your machine.', '它不会离开你的电脑。');
      this.#note = isScaled
        ? this.#t(`${sizes[0]} was scaled to ${sizes[1]}. ${stays}`, `${sizes[0]} 已缩小为 ${sizes[1]}。${stays}`)
        : stays;
      this.#failure = null;
      this.#tell('own', picture);
    } catch {
      if (asked !== this.#asked) return;
      const why = this.#t('is no image that this browser can read', '不是这个浏览器能读的图像');
      this.#fail('picture_file', `${file.name}: ${why}`);
    }
  }

  #fail(code: string, message: string): void {
    this.#failure = { code, message };
    this.requestUpdate();
  }

  #tell(choice: Chosen['choice'], picture: Picture): void {
    this.#shown = choice;
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent<Chosen>('choose', { detail: { choice, picture } }));
  }
}

/** For the rooms in which it stands. */
export const choiceStyles = css`
  picture-choice {
    display: block;
  }
  .example.file {
    position: relative;
  }
  .example.file:focus-within {
    outline: 2px solid var(--attn-accent);
    outline-offset: 2px;
  }
  .example.file input {
    position: absolute;
    inset: 0;
    width: 100%;
    opacity: 0;
    cursor: pointer;
  }
  .note {
    margin: 0.25rem 0 0;
  }
  .note:empty {
    display: none;
  }
  drawing-pad {
    display: block;
    margin-top: 0.6rem;
  }
  drawing-pad canvas {
    width: min(100%, 16rem);
    border: 1px solid var(--attn-faint);
    touch-action: none;
    cursor: crosshair;
  }
  drawing-pad p {
    margin: 0.2rem 0;
  }
`;

/** Gives `<picture-choice>` its tag. */
export function definePictureChoice(): void {
  defineDrawingPad();
  define('picture-choice', PictureChoice);
}
