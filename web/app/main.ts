import { render } from 'lit';
import type { WorkerEngine } from '../src/engine/types.ts';
import { defineAttentionView } from '../src/elements/attention-view.ts';
import { define } from '../src/elements/define.ts';
import { createActions, type Actions } from './actions.ts';
import { acceptDrops } from './drop.ts';
import { readKnowledge } from './first.ts';
import { readHash, writeHash } from './hash.ts';
import { firstState, type Live } from './live.ts';
import { memo } from './memo.ts';
import { sayer } from './messages.ts';
import { page } from './panels/page.ts';
import { askFor, pageEvents } from './page-events.ts';
import { readPreferences, writePreferences } from './preferences.ts';
import { startSession } from './session.ts';
import { standardSettings, type Settings } from './settings.ts';
import { createStore, type Store } from './store.ts';
import { TextField } from './text-field.ts';

/** Fills `root` with the page; `engine` is on its way. */
export function startPage(root: HTMLElement, engine: Promise<WorkerEngine>): void {
  const { lang, theme } = readPreferences();
  const standard = standardSettings(lang, theme);
  const store = createStore<Live>(firstState(readHash(location.hash, standard)));
  const knowledge = memo(readKnowledge);
  const session = startSession(
    engine,
    pageEvents(store, knowledge, () => askFor(store, session)),
  );
  const actions = createActions(store, session, knowledge);
  actions.openShipped(store.get().settings.model);

  defineAttentionView();
  define('text-field', TextField);
  root.replaceChildren();
  adoptPreferences(store.get().settings);
  const draw = oncePerFrame(() => {
    const live = store.get();
    render(page({ live, actions, say: sayer(live.settings.lang) }), root);
  });
  draw();
  const link = keepLink(store, standard, actions);
  store.subscribe((now, before) => {
    draw();
    if (now.image !== before.image && now.open === before.open) askFor(store, session);
    if (now.settings === before.settings) return;
    link.update();
    if (asksAnew(now.settings, before.settings)) askFor(store, session);
    if (now.settings.lang === before.settings.lang && now.settings.theme === before.settings.theme) return;
    adoptPreferences(now.settings);
    writePreferences(now.settings);
  });
  window.addEventListener('keydown', (event) => undoKey(event, actions));
  acceptDrops(
    document,
    (dragging) => store.set({ dragging }),
    (files) => void actions.openOwn(files),
  );
}

function asksAnew(now: Settings, before: Settings): boolean {
  return (
    now.text !== before.text ||
    now.pair !== before.pair ||
    now.stand !== before.stand ||
    now.shown.layer !== before.shown.layer ||
    now.changes !== before.changes
  );
}

/** Calls `work` once for all calls within a frame. */
function oncePerFrame(work: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}

function adoptPreferences({ lang, theme }: Settings): void {
  const { documentElement } = document;
  documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  documentElement.dataset.theme = theme;
  document.title = sayer(lang)('title');
}

/** Keeps the address in step with the settings, and the settings with a link that is followed. */
function keepLink(store: Store<Live>, standard: Settings, actions: Actions): { update(): void } {
  let own = location.hash;
  let timer = 0;
  window.addEventListener('hashchange', () => {
    if (location.hash === own) return;
    const { settings } = store.get();
    const next = readHash(location.hash, standardSettings(settings.lang, settings.theme));
    store.set({ settings: { ...next, model: settings.model } });
    if (next.model !== settings.model) actions.openShipped(next.model);
  });
  return {
    update() {
      clearTimeout(timer);
      // A moment after the last change: browsers limit how often the address may be written.
      timer = window.setTimeout(() => {
        own = writeHash(store.get().settings, standard);
        history.replaceState(history.state, '', own);
      }, 250);
    },
  };
}

function undoKey(event: KeyboardEvent, { undo }: Actions): void {
  const [target] = event.composedPath();
  const typing = target instanceof HTMLElement && target.matches('textarea, input:not([type=range], [type=checkbox])');
  if (typing || event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
  event.preventDefault();
  undo();
}
