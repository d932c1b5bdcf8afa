import { AttentionError } from '../src/engine/error.ts';
import { readModel } from '../src/engine/files.ts';
import { layersAt, stationsOf, type Stand } from '../src/elements/scene.ts';
import type {
  Build,
  GenerateOptions,
  ModelInfo,
  ModelInput,
  ModelSource,
  Run,
  RunOptions,
  Step,
  WorkerEngine,
  WorkerModel,
} from '../src/engine/types.ts';
import { groundOf, toEdits } from './changes.ts';
import type { MessageKey } from './messages.ts';
import type { GivenImage, Picture } from './live.ts';
import type { OwnModel, Weights } from './models.ts';
import { changed, noChanges, type Changes } from './settings.ts';

/** What the page wants to see. */
export interface Wish {
  text: string;
  pair: string;
  /** In the place of the texts, for a model that reads images. */
  image: GivenImage | null;
  stand: Stand;
  layer: number;
  changes: Changes;
}

/** What the page has for models that do not continue a text; loaded with the first of them. */
export type FamilyParts = typeof import('./families/other-families.ts');

/** A model that continues a text: the page knows it without further parts. */
export function continues({ head, n_encoder_layers, image }: ModelInfo): boolean {
  return head === 'next_token' && n_encoder_layers === 0 && !image;
}

export interface SessionEvents {
  onBuild(build: Build): void;
  onProgress(loaded: number, total: number): void;
  onOpen(name: string, info: ModelInfo, from: Opening & Pick<OwnModel, 'files'>, parts: FamilyParts | null): void;
  onPicture(picture: Picture): void;
  onFailure(attempt: MessageKey, error: unknown): void;
  /** The worker was replaced; the model in use is being opened again. */
  onRestart(reason: string): void;
}

export interface Session {
  /** Opens a model and leaves the one in use in place if that fails. True if it is open. `opening` is passed on. */
  open(name: string, source: ModelSource, opening?: Opening): Promise<boolean>;
  /** Gives up the model that is loading. */
  cancel(): void;
  /** Shows the latest wish as soon as the engine is free; wishes in between are never computed. */
  show(wish: Wish): void;
  /** Throws `disposed` when no model is open. */
  generate(text: string, options: GenerateOptions): AsyncIterable<Step>;
  /** The open model. Throws `disposed` when none is. */
  model(): WorkerModel;
}

/** What a model is opened with, beside its files. */
export interface Opening extends Partial<Omit<OwnModel, 'files'>> {
  weights?: Weights;
}

interface Opened {
  name: string;
  source: ModelSource;
  opening: Opening;
  model: WorkerModel;
  /** Of a model that does not continue a text. */
  parts: FamilyParts | null;
  /** The last run without changes, which a slider need not repeat. */
  plain: { key: string; image: GivenImage | null; read: Read } | null;
}

/** An input with its run. */
export interface Read {
  input: ModelInput;
  run: Run;
  /** What was written for it, of an encoder with a decoder. */
  answer: string | null;
}

/** A session with an engine that is still starting; models may be asked for at once. */
export function startSession(starting: Promise<WorkerEngine>, events: SessionEvents): Session {
  let opened: Opened | null = null;
  let loading: AbortController | null = null;
  /** The wish that is being computed, and how often each one brought the worker down. */
  let pending: string | null = null;
  const crashes = new Map<string, number>();
  let broken = false;

  async function open(name: string, source: ModelSource, opening: Opening = {}): Promise<boolean> {
    loading?.abort();
    const mine = new AbortController();
    loading = mine;
    try {
      // The files arrive while the engine is compiled.
      const reading = readModel(source, { onProgress: events.onProgress, signal: mine.signal }, (url, init) =>
        fetch(url, init),
      );
      const [engine, files] = await Promise.all([starting, reading]);
      const { quantize } = opening;
      const model = await engine.loadModel(files, { signal: mine.signal, ...(quantize && { quantize }) });
      const parts = continues(model.info) ? null : await import('./families/other-families.ts');
      if (mine.signal.aborted) {
        model.dispose();
        return false;
      }
      opened?.model.dispose();
      // A new worker is given the files themselves.
      opened = { name, source: files, opening, model, parts, plain: null };
      events.onOpen(name, model.info, { ...opening, files }, parts);
      return true;
    } catch (error) {
      if (!mine.signal.aborted && !broken) events.onFailure('failure.open', error);
      return false;
    }
  }

  const show = latest<Wish>(async (wish) => {
    const current = opened;
    if (!current) return;
    const key = keyOf(wish);
    try {
      if ((crashes.get(key) ?? 0) > 1)
        throw new AttentionError(
          'engine_broken',
          'this text ended the computing worker twice, so it is not tried again',
        );
      pending = key;
      const picture = await draw(current, wish);
      pending = null;
      if (current === opened) events.onPicture(picture);
    } catch (error) {
      if (lostWorker(error)) return;
      pending = null;
      events.onFailure('failure.run', error);
    }
  });

  /** Opens the model again in the new worker; the page then asks for its picture as after every opening. */
  async function restart(reason: string): Promise<void> {
    const lost = opened;
    opened = null;
    if (pending !== null) crashes.set(pending, (crashes.get(pending) ?? 0) + 1);
    pending = null;
    events.onRestart(reason);
    if (lost) await open(lost.name, lost.source, lost.opening);
  }

  void starting.then(
    (engine) => {
      engine.onRestart = (reason) => void restart(reason);
      events.onBuild(engine.build);
    },
    (error: unknown) => {
      broken = true;
      events.onFailure('failure.start', error);
    },
  );

  function model(): WorkerModel {
    if (!opened) throw new AttentionError('disposed', 'found no open model, expected one');
    return opened.model;
  }

  return {
    open,
    cancel: () => loading?.abort(),
    show,
    generate: (text, options) => model().generate(text, options),
    model,
  };
}

/** True for errors of calls that went down with a replaced worker, which `onRestart` reports. */
export function lostWorker(error: unknown): boolean {
  return error instanceof AttentionError && (error.code === 'engine_restarted' || error.code === 'disposed');
}

/** A wish in words; the image stands apart, too large to be one. */
const keyOf = (wish: Wish): string => JSON.stringify({ ...wish, image: null });

async function draw(opened: Opened, wish: Wish): Promise<Picture> {
  const { name, model, parts, plain } = opened;
  const { text, image, stand, changes } = wish;
  const { info } = model;
  const layer = Math.min(wish.layer, layersAt(info, stand) - 1);
  // What does not continue a text says something at every token.
  const options: RunOptions = { record: stationsOf(layer, stand), logits: parts ? 'all' : 'last' };
  const key = keyOf({ ...wish, layer, changes: noChanges });
  const read =
    plain?.key === key && plain.image === image
      ? plain.read
      : await (parts ? parts.read(model, wish, options) : model.run(text, options).then(plainly));
  opened.plain = { key, image, read };
  const before = read.run;
  const edits = changed(changes) ? toEdits(changes, groundOf(info, before, stand)) : [];
  const run = edits.length > 0 ? await model.run(read.input, { ...options, edits }) : before;
  const answer =
    read.answer === null
      ? null
      : { before: read.answer, now: run === before ? read.answer : await parts!.answer(model, wish, edits) };
  const { temperature } = changes;
  return { model: name, info, stand, input: read.input, edits, run, before, layer, temperature, answer };
}

const plainly = (run: Run): Read => ({ input: run.text, run, answer: null });

/** Runs `work` on one value at a time, always the newest. */
function latest<T>(work: (value: T) => Promise<void>): (value: T) => void {
  let waiting: { value: T } | null = null;
  let busy = false;
  return async (value) => {
    waiting = { value };
    if (busy) return;
    busy = true;
    while (waiting) {
      const next: { value: T } = waiting;
      waiting = null;
      await work(next.value);
    }
    busy = false;
  };
}
