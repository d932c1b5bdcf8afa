import { render } from 'lit';
import type { Run } from '../src/engine/types.ts';
import { createActions, toFailure, type Actions } from './actions.ts';
import { emptyHistory, fitChanges } from './changes.ts';
import { acceptDrops } from './drop.ts';
import { firstExample, readKnowledge, type GrammarFile } from './first.ts';
import { readHash, writeHash } from './hash.ts';
import { matchLinks } from './links.ts';
import type { Live } from './live.ts';
import { memo } from './memo.ts';
import { sayer } from './messages.ts';
import { page } from './panels/page.ts';
import { readPreferences, writePreferences } from './preferences.ts';
import { startSession, type SessionEvents } from './session.ts';
import { standardSettings, type Settings } from './settings.ts';
import { createStore, type Store } from './store.ts';

const { lang, theme } = readPreferences();
const standard = standardSettings(lang, theme);
const store: Store<Live> = createStore<Live>({
  settings: readHash(location.hash, standard),
  history: emptyHistory,
  phase: 'starting',
  progress: { loaded: 0, total: 0 },
  build: null,
  open: null,
  picture: null,
  empty: false,
  linked: [],
  grammar: null,
  painting: false,
  dragging: false,
  failure: null,
  notice: null,
  generated: null,
});
const knowledge = readKnowledge();
const session = startSession(sessionEvents());
const actions = createActions(store, session, knowledge);
/** The hash that this page wrote itself, to tell a link that the visitor followed. */
let ownHash = location.hash;

function sessionEvents(): SessionEvents {
  return {
    onBuild: (build) => store.set({ build, phase: store.get().phase === 'starting' ? 'loading' : store.get().phase }),
    onProgress: (loaded, total) => store.set({ progress: { loaded, total } }),
    async onOpen(name, info) {
      const { bestHeads } = await knowledge;
      const { settings, notice, open } = store.get();
      // A text of the visitor's own stays; an example of another model gives way to one of this model's.
      const borrowed = name !== open?.name && open?.info.examples.some(({ text }) => text === settings.text);
      const example = borrowed || settings.text.trim() === '' ? firstExample(info.examples, settings.lang) : undefined;
      const best = name === 'sentences' && example?.phenomenon ? bestHeads.get(example.phenomenon) : undefined;
      const wanted = best ?? settings.shown;
      const shown = { layer: Math.min(wanted.layer, info.n_layers - 1), head: Math.min(wanted.head, info.n_heads - 1) };
      const changes = fitChanges(settings.changes, info.n_layers, info.n_heads);
      const dropped = changes !== settings.changes;
      store.set({
        open: { name, info },
        phase: 'ready',
        settings: { ...settings, model: name, text: example?.text ?? settings.text, shown, changes },
        notice: dropped ? { key: 'change.notFit' } : notice,
      });
      ask();
    },
    async onPicture(picture) {
      store.set({ picture, failure: null, ...(picture.model === 'sentences' ? {} : { linked: [] }) });
      if (picture.model !== 'sentences') return;
      const { grammar } = await knowledge;
      if (!grammar || store.get().picture !== picture) return;
      store.set({ grammar, linked: linkedIn(grammar, picture.before) });
    },
    onFailure(attempt, error) {
      store.set({ failure: toFailure(attempt, error), phase: 'ready' });
    },
    onRestart: (reason) => store.set({ phase: 'loading', notice: { key: 'notice.restarted', values: { reason } } }),
  };
}

/** The same array for the same text, so that a slider draws nothing anew. */
const linkedIn = memo((grammar: GrammarFile, { tokens }: Run) => matchLinks(grammar, tokens.map((token) => token.toLowerCase())));

/** Asks for the picture that the settings describe. */
function ask(): void {
  const { settings, open } = store.get();
  if (!open) return;
  const { text, shown, changes } = settings;
  const empty = text.trim() === '';
  if (empty !== store.get().empty) store.set({ empty });
  if (!empty) session.show({ text, layer: shown.layer, changes });
}

function asksAnew(now: Settings, before: Settings): boolean {
  return now.text !== before.text || now.shown.layer !== before.shown.layer || now.changes !== before.changes;
}

let drawing = false;

/** Draws the page once for all that changed since the last frame. */
function draw(): void {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const live = store.get();
    render(page({ live, actions, say: sayer(live.settings.lang) }), root);
  });
}

function adoptPreferences({ lang, theme }: Settings): void {
  const rootElement = document.documentElement;
  rootElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  rootElement.dataset.theme = theme;
  document.title = sayer(lang)('title');
}

let hashTimer = 0;

/** Writes the link a moment after the last change: browsers limit how often it may be done. */
function updateHash(): void {
  clearTimeout(hashTimer);
  hashTimer = window.setTimeout(() => {
    ownHash = writeHash(store.get().settings, standard);
    history.replaceState(history.state, '', ownHash);
  }, 250);
}

/** Shows what a link says that was followed while the page is open. */
function followLink(): void {
  if (location.hash === ownHash) return;
  const { settings } = store.get();
  const next = readHash(location.hash, standardSettings(settings.lang, settings.theme));
  store.set({ settings: { ...next, model: settings.model } });
  if (next.model !== settings.model) actions.openShipped(next.model);
}

function undoKey(event: KeyboardEvent, { undo }: Actions): void {
  const typing = event.composedPath()[0] instanceof HTMLElement && (event.composedPath()[0] as HTMLElement).matches('textarea, input:not([type=range])');
  if (typing || event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
  event.preventDefault();
  undo();
}

const root = document.getElementById('page')!;
root.replaceChildren();
adoptPreferences(store.get().settings);
store.subscribe((now, before) => {
  draw();
  if (now.settings === before.settings) return;
  updateHash();
  if (asksAnew(now.settings, before.settings)) ask();
  if (now.settings.lang !== before.settings.lang || now.settings.theme !== before.settings.theme) {
    adoptPreferences(now.settings);
    writePreferences(now.settings);
  }
});
draw();
actions.openShipped(store.get().settings.model);
window.addEventListener('hashchange', followLink);
window.addEventListener('keydown', (event) => undoKey(event, actions));
acceptDrops(document, (dragging) => store.set({ dragging }), actions.openFolder);
