import { AttentionError } from '../src/engine/error.ts';
import type { Example, ModelSource, WorkerModel } from '../src/engine/types.ts';
import { define } from '../src/elements/define.ts';
import { isCausal, layersAt, type Stand } from '../src/elements/scene.ts';
import type { Theme } from '../src/elements/theme.ts';
import * as changing from './changes.ts';
import { superseded, writeText } from './generate.ts';
import { toFailure } from './failure.ts';
import { headFor, type Knowledge } from './first.ts';
import type { GivenImage, Live, Tool } from './live.ts';
import type { MessageKey } from './messages.ts';
import { localModel, modelUrl, type OwnModel, type Weights } from './models.ts';
import type { Opening, Session } from './session.ts';
import {
  noChanges,
  sameHead,
  type Cell,
  type Changes,
  type HeadRef,
  type Lang,
  type Sampling,
  type Settings,
  type View,
} from './settings.ts';
import type { Store } from './store.ts';

/** Everything that a visitor can do. */
export interface Actions {
  setText(text: string): void;
  setPair(pair: string): void;
  setImage(image: GivenImage): void;
  openShipped(name: string): void;
  chooseExample(example: Example): void;
  /** Opens a model of the visitor's own. Null if that failed or was given up. */
  openOwn(source: ModelSource, opening?: Opening): Promise<OwnModel | null>;
  /** Calls the visitor's open model by another name. */
  nameOwn(title: string): void;
  cancelOpening(): void;
  /** Shows the dialog for the visitor's own models, and ends that. */
  chooseModel(): void;
  endChoosing(): void;
  /** Shows another attention of the model, without changes. */
  setStand(stand: Stand): void;
  showHead(head: HeadRef): void;
  selectCell(cell: Cell | null): void;
  setView(view: View): void;
  showLinks(links: boolean): void;
  toggleHead(head: HeadRef): void;
  allHeadsOn(): void;
  setPainting(painting: boolean): void;
  paint(cell: Cell, allowed: boolean): void;
  /** Ends a drag: what is changed next is a step of its own. */
  endStroke(): void;
  setHeat(temperature: number): void;
  undo(): void;
  reset(): void;
  setSampling(sampling: Partial<Sampling>): void;
  write(): void;
  stopWriting(): void;
  useWritten(): void;
  setLang(lang: Lang): void;
  setTheme(theme: Theme): void;
  copyLink(): void;
  /** Opens a panel below the picture, or closes it. */
  openTool(tool: Tool): void;
  /** The open model. Throws `disposed` when none is. */
  model(): WorkerModel;
  /** Opens the open model anew with other weights. Throws what went wrong; the one in use then stays. */
  reweigh(weights: Weights): Promise<void>;
  dismiss(): void;
  fail(attempt: MessageKey, error: unknown): void;
}

export function createActions(store: Store<Live>, session: Session, knowledge: () => Promise<Knowledge>): Actions {
  const settings = (patch: Partial<Settings>) => store.set({ settings: { ...store.get().settings, ...patch } });

  function change(changes: Changes, stroke = ''): void {
    const { history, settings: now } = store.get();
    store.set({ history: changing.remember(history, now.changes, stroke), settings: { ...now, changes } });
  }

  async function open(name: string, source: ModelSource, opening?: Opening): Promise<boolean> {
    const cancellable = name === localModel;
    store.set({ phase: 'loading', progress: { loaded: 0, total: 0 }, failure: null, cancellable });
    return session.open(name, source, opening);
  }

  function openShipped(name: string): void {
    // Together with the model, so that it need not wait for it.
    if (name === 'sentences') void knowledge();
    void open(name, modelUrl(name));
  }

  return {
    openShipped,
    async chooseExample(example) {
      const best = store.get().open?.name === 'sentences' ? headFor(example, await knowledge()) : undefined;
      store.set({ generated: null });
      settings({ text: example.text, cell: null, shown: best ?? store.get().settings.shown });
    },
    openOwn: async (source, opening) => ((await open(localModel, source, opening)) ? store.get().own : null),
    ...choosing(store, session, openShipped),
    setPair: (pair) => settings({ pair, cell: null }),
    setImage: (image) => store.set({ image }),
    setStand(stand) {
      const { open, settings: now } = store.get();
      if (!open || stand === now.stand) return;
      const layer = Math.min(now.shown.layer, layersAt(open.info, stand) - 1);
      store.set({ history: changing.emptyHistory, painting: false });
      settings({ stand, cell: null, shown: { ...now.shown, layer }, changes: noChanges });
    },
    showHead(shown) {
      if (!sameHead(shown, store.get().settings.shown)) settings({ shown });
    },
    selectCell: (cell) => settings({ cell }),
    setView(view) {
      // Arcs have no cells to paint.
      if (view === 'arcs') store.set({ painting: false });
      settings({ view });
    },
    showLinks: (links) => settings({ links }),
    toggleHead: (head) => change(changing.toggleHead(store.get().settings.changes, head)),
    allHeadsOn: () => change({ ...store.get().settings.changes, off: [] }),
    setPainting(painting) {
      store.set({ painting });
      // The mask is painted on the map.
      if (painting) settings({ view: 'map' });
    },
    paint(cell, allowed) {
      const { open, settings: now } = store.get();
      if (!open) return;
      change(changing.paintCell(now.changes, cell, allowed, isCausal(open.info, now.stand)), 'paint');
    },
    endStroke: () => store.set({ history: { ...store.get().history, stroke: '' } }),
    setHeat: (temperature) => change({ ...store.get().settings.changes, temperature }, 'heat'),
    undo() {
      const { changes, history } = changing.undo(store.get().history);
      store.set({ history, settings: { ...store.get().settings, changes } });
    },
    reset: () => change(noChanges),
    setSampling: (patch) => settings({ sampling: { ...store.get().settings.sampling, ...patch } }),
    ...writing(store, session, settings),
    setLang: (lang) => settings({ lang }),
    setTheme: (theme) => settings({ theme }),
    async copyLink() {
      try {
        await navigator.clipboard.writeText(location.href);
        store.set({ notice: { key: 'picture.copied' } });
      } catch {
        store.set({ notice: { key: 'picture.copyFailed' } });
      }
    },
    async openTool(tool) {
      if (store.get().tool === tool) return store.set({ tool: null });
      try {
        (await import('./tools/model-tools.ts')).defineTools();
        store.set({ tool });
      } catch (error) {
        store.set({ failure: toFailure('failure.tool', error) });
      }
    },
    model: session.model,
    async reweigh(weights) {
      const { open, own, weights: before } = store.get();
      // Another model may have been opened while these were made.
      if (!open || before?.files !== weights.files) return;
      const files = { ...weights.files, weights: weights.now };
      if (await session.open(open.name, files, { ...own, weights })) return;
      const { failure } = store.get();
      if (failure?.attempt !== 'failure.open') return;
      store.set({ failure: null });
      throw new AttentionError(failure.code, failure.message);
    },
    dismiss: () => store.set({ failure: null, notice: null }),
    fail: (attempt, error) => store.set({ failure: toFailure(attempt, error) }),
  };
}

/** What concerns the visitor's own models. */
function choosing(store: Store<Live>, session: Session, openShipped: Actions['openShipped']) {
  return {
    nameOwn(title: string) {
      const { own } = store.get();
      if (own) store.set({ own: { ...own, title } });
    },
    cancelOpening() {
      session.cancel();
      store.set({ phase: 'ready' });
      if (!store.get().open) openShipped(store.get().settings.model);
    },
    async chooseModel() {
      try {
        const { OwnModelDialog } = await import('./own-model/own-model.ts');
        define('own-model', OwnModelDialog);
        const { failure } = store.get();
        store.set({ choosing: true, failure: failure?.attempt === 'failure.open' ? null : failure });
      } catch (error) {
        store.set({ failure: toFailure('failure.open', error) });
      }
    },
    endChoosing: () => store.set({ choosing: false }),
  };
}

function writing(store: Store<Live>, session: Session, settings: (patch: Partial<Settings>) => void) {
  let running: AbortController | null = null;
  const forget = () => {
    running?.abort(superseded);
    if (store.get().generated) store.set({ generated: null });
  };
  return {
    setText(text: string) {
      forget();
      settings({ text, cell: null });
    },
    write() {
      running?.abort(superseded);
      running = new AbortController();
      void writeText(store, session, running.signal);
    },
    stopWriting: () => running?.abort('stopped'),
    useWritten() {
      const { generated } = store.get();
      if (!generated) return;
      forget();
      settings({ text: generated.prompt + generated.steps.map(({ token }) => token).join(''), cell: null });
    },
  };
}
