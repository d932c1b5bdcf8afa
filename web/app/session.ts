import { AttentionError } from '../src/engine/error.ts';
import { readModel } from '../src/engine/files.ts';
import { stationsOf } from '../src/elements/scene.ts';
import type {
  Build,
  GenerateOptions,
  ModelInfo,
  ModelSource,
  Run,
  Step,
  WorkerEngine,
  WorkerModel,
} from '../src/engine/types.ts';
import { toEdits } from './changes.ts';
import type { MessageKey } from './messages.ts';
import type { Picture } from './live.ts';
import type { OwnModel } from './models.ts';
import { changed, type Changes } from './settings.ts';

/** What the page wants to see. */
export interface Wish {
  text: string;
  layer: number;
  changes: Changes;
}

export interface SessionEvents {
  onBuild(build: Build): void;
  onProgress(loaded: number, total: number): void;
  onOpen(name: string, info: ModelInfo, from: OwnModel): void;
  onPicture(picture: Picture): void;
  onFailure(attempt: MessageKey, error: unknown): void;
  /** The worker was replaced; the model in use is being opened again. */
  onRestart(reason: string): void;
}

export interface Session {
  /** Opens a model and leaves the one in use in place if that fails. True if it is open. `title` is passed on. */
  open(name: string, source: ModelSource, title?: string): Promise<boolean>;
  /** Gives up the model that is loading. */
  cancel(): void;
  /** Shows the latest wish as soon as the engine is free; wishes in between are never computed. */
  show(wish: Wish): void;
  /** Throws `disposed` when no model is open. */
  generate(text: string, options: GenerateOptions): AsyncIterable<Step>;
}

interface Opened {
  name: string;
  source: ModelSource;
  title: string;
  model: WorkerModel;
  /** The last run without changes, which a slider need not repeat. */
  plain: { key: string; run: Run } | null;
}

/** A session with an engine that is still starting; models may be asked for at once. */
export function startSession(starting: Promise<WorkerEngine>, events: SessionEvents): Session {
  let opened: Opened | null = null;
  let loading: AbortController | null = null;
  /** The wish that is being computed, and how often each one brought the worker down. */
  let pending: string | null = null;
  const crashes = new Map<string, number>();
  let broken = false;

  async function open(name: string, source: ModelSource, title = ''): Promise<boolean> {
    loading?.abort();
    const mine = new AbortController();
    loading = mine;
    try {
      // The files arrive while the engine is compiled.
      const reading = readModel(source, { onProgress: events.onProgress, signal: mine.signal }, (url, init) =>
        fetch(url, init),
      );
      const [engine, files] = await Promise.all([starting, reading]);
      const model = await engine.loadModel(files, { signal: mine.signal });
      if (mine.signal.aborted) {
        model.dispose();
        return false;
      }
      opened?.model.dispose();
      // A new worker is given the files themselves.
      opened = { name, source: files, title, model, plain: null };
      events.onOpen(name, model.info, { title, files });
      return true;
    } catch (error) {
      if (!mine.signal.aborted && !broken) events.onFailure('failure.open', error);
      return false;
    }
  }

  const show = latest<Wish>(async (wish) => {
    const current = opened;
    if (!current) return;
    const key = JSON.stringify(wish);
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
    if (lost) await open(lost.name, lost.source, lost.title);
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

  return {
    open,
    cancel: () => loading?.abort(),
    show,
    generate(text, options) {
      if (!opened) throw new AttentionError('disposed', 'generate: found no open model, expected one');
      return opened.model.generate(text, options);
    },
  };
}

/** True for errors of calls that went down with a replaced worker, which `onRestart` reports. */
export function lostWorker(error: unknown): boolean {
  return error instanceof AttentionError && (error.code === 'engine_restarted' || error.code === 'disposed');
}

async function draw(opened: Opened, { text, layer, changes }: Wish): Promise<Picture> {
  const { name, model } = opened;
  const shown = Math.min(layer, model.info.n_layers - 1);
  const options = { record: stationsOf(shown), logits: 'last' } as const;
  const key = `${shown} ${text}`;
  const before = opened.plain?.key === key ? opened.plain.run : await model.run(text, options);
  opened.plain = { key, run: before };
  const edits = changed(changes) ? toEdits(changes, before.ids.length) : [];
  const run = edits.length > 0 ? await model.run(text, { ...options, edits }) : before;
  return { model: name, info: model.info, run, before, layer: shown, temperature: changes.temperature };
}

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
