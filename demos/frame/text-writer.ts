import { init, type Edit, type ModelInfo, type Run, type WorkerModel } from 'attention-playground';

/** A forward pass over the text as it stands, every pattern recorded. */
export interface WriterRun {
  run: Run;
  info: ModelInfo;
  /** Index in `run.tokens` from which on the model wrote; negative if the beginning has left the context. */
  written: number;
}

declare global {
  interface HTMLElementTagNameMap {
    'text-writer': TextWriter;
  }
  interface HTMLElementEventMap {
    'writer-run': CustomEvent<WriterRun>;
    'writer-progress': CustomEvent<number>;
  }
}

/**
 * Makes a form write: the visitor's text, continued by the model token by token. The form inside has fields named `text`,
 * `temperature` and `seed`, buttons named `write` and `stop`, and a place `.examples`.
 * Attributes: `model` (name of a shipped model), `stop` (ends at this text; `\n` for a line's end), `length` (tokens at most).
 * Tells `writer-progress` (bytes loaded) and, for the typed text and each new token, `writer-run`; of runs that
 * would queue up only the newest is computed.
 */
export class TextWriter extends HTMLElement {
  /** Changes to the forward pass while writing. */
  edits: () => Edit[] = () => [];
  /** Stops the writing that is going on; null while there is none. */
  writing: AbortController | null = null;
  private model: WorkerModel | null = null;
  private given = 0;
  private asked = 0;
  private reading = false;

  connectedCallback(): void {
    const form = this.querySelector('form')!;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.write();
    });
    this.field('text').addEventListener('input', () => void this.changeText());
    this.button('stop').addEventListener('click', () => this.writing?.abort());
    this.field('temperature').addEventListener('input', () => this.showTemperature());
    void this.start();
  }

  disconnectedCallback(): void {
    this.writing?.abort();
    this.model?.dispose();
    this.model = null;
  }

  private field(name: string): HTMLInputElement {
    return this.querySelector<HTMLInputElement>(`[name="${name}"]`)!;
  }

  private button(name: string): HTMLButtonElement {
    return this.querySelector<HTMLButtonElement>(`button[name="${name}"]`)!;
  }

  private showTemperature(): void {
    const output = this.querySelector('output');
    if (output) output.textContent = this.field('temperature').valueAsNumber.toFixed(1);
  }

  private async start(): Promise<void> {
    const engine = await init({ worker: true });
    const folder = new URL(`../../models/${this.getAttribute('model')}/`, document.baseURI);
    const onProgress = (loaded: number) => this.tell('writer-progress', loaded);
    this.model = await engine.loadModel(folder, { onProgress });
    const { examples } = this.model.info;
    this.querySelector('.examples')?.append(...examples.map(({ text }) => this.makeExample(text)));
    this.setWriting(null);
    this.showTemperature();
    await this.takeExample(examples[0]?.text ?? '');
  }

  private makeExample(text: string): HTMLElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'example';
    button.textContent = text.trim();
    button.addEventListener('click', () => void this.takeExample(text));
    return button;
  }

  private async takeExample(text: string): Promise<void> {
    this.field('text').value = text;
    await this.changeText();
    await this.write();
  }

  private async changeText(): Promise<void> {
    this.writing?.abort();
    this.setWriting(null);
    const text = this.field('text').value;
    if (!this.model || text.trim() === '') return;
    this.given = (await this.model.encode(text)).total;
    await this.read(text);
  }

  /** Runs the model on `text` and tells of it, unless something newer was asked for meanwhile. */
  private async read(text: string): Promise<void> {
    const turn = ++this.asked;
    const { model } = this;
    if (!model) return;
    const run = await model.run(text, { record: ['blocks.*.attn.pattern'], logits: 'last' });
    if (turn !== this.asked) return;
    const written = this.given - (run.total - run.ids.length);
    this.tell('writer-run', { run, info: model.info, written } satisfies WriterRun);
  }

  private setWriting(controller: AbortController | null): void {
    this.writing = controller;
    this.button('write').disabled = controller !== null;
    this.button('stop').disabled = controller === null;
  }

  private async write(): Promise<void> {
    const prompt = this.field('text').value;
    if (!this.model || this.writing || prompt.trim() === '') return;
    const controller = new AbortController();
    this.setWriting(controller);
    let text = prompt;
    try {
      for await (const step of this.model.generate(prompt, this.options(controller.signal))) {
        text = step.text.trimEnd() || prompt;
        this.readInPassing(text);
      }
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    } finally {
      if (this.writing === controller) this.setWriting(null);
    }
    if (this.field('text').value === prompt) await this.read(text);
  }

  private options(signal: AbortSignal) {
    const temperature = this.field('temperature').valueAsNumber;
    const seed = this.field('seed').valueAsNumber;
    const stop = this.getAttribute('stop')?.replaceAll('\\n', '\n');
    return { maxTokens: Number(this.getAttribute('length')), temperature, seed, stop, edits: this.edits(), signal };
  }

  /** Shows the text as it is now, unless the one before is still being computed. */
  private readInPassing(text: string): void {
    if (this.reading) return;
    this.reading = true;
    void this.read(text).finally(() => (this.reading = false));
  }

  private tell(name: 'writer-run' | 'writer-progress', detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

customElements.define('text-writer', TextWriter);
