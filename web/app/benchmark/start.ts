import { render } from 'lit';
import { chosenRows, measurementsOf } from './cases.ts';
import { sayer, type MessageKey } from './messages.ts';
import type { Order, Report } from './protocol.ts';
import { toJson, toMarkdown } from './report.ts';
import { budgets, noResults, type Results, type State } from './state.ts';
import { view, type Actions } from './view.ts';

const root = document.getElementById('bench')!;
let state = stateOf(location.hash);
let worker: Worker | null = null;

/** `#rows=…` chooses rows, `length=quick` the shorter run. */
function stateOf(hash: string): State {
  const { rows, unknown, all } = chosenRows(hash);
  const length = new URLSearchParams(hash.slice(1)).get('length') === 'quick' ? 'quick' : 'full';
  return {
    length,
    measurements: measurementsOf(rows),
    unknown,
    all,
    phase: 'idle',
    current: -1,
    results: noResults,
    failure: null,
    notice: null,
    copy: '',
  };
}

/** The language is the page's: demos/frame/frame.ts chooses it. */
const lang = () => (document.documentElement.lang.startsWith('zh') ? 'zh' : 'en');

function set(changes: Partial<State>): void {
  const before = document.activeElement?.id;
  const wasRunning = state.phase === 'running';
  state = { ...state, ...changes };
  draw();
  // The button that was pressed is disabled now, and the other one is what comes next.
  const isRunning = state.phase === 'running';
  if (wasRunning !== isRunning && before === (isRunning ? 'start' : 'cancel')) {
    document.getElementById(isRunning ? 'cancel' : 'start')?.focus();
  }
}

const setResults = (changes: Partial<Results>): void => set({ results: { ...state.results, ...changes } });

function draw(): void {
  render(view({ state, actions, lang: document.documentElement.lang, say: sayer(lang()) }), root);
}

const actions: Actions = {
  setLength: (length) => set({ length }),
  start() {
    set({
      phase: 'running',
      current: -1,
      results: { ...noResults, date: new Date() },
      failure: null,
      notice: null,
      copy: '',
    });
    const measurements = state.measurements.map(({ row, form }) => ({ name: row.name, form }));
    worker = new Worker(new URL('./bench-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Report>) => hear(data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      hear({ kind: 'failed', code: '', message: event.message || 'the worker could not start' });
    });
    worker.postMessage({ measurements, budget: budgets[state.length] } satisfies Order);
  },
  cancel: () => end('cancelled'),
  copyTable: () => void copy(toMarkdown(state, document.documentElement.lang, sayer(lang())), 'copiedTable'),
  copyJson: () => void copy(toJson(state), 'copiedJson'),
};

function hear(report: Report): void {
  // What was on its way when the visitor cancelled.
  if (state.phase !== 'running') return;
  switch (report.kind) {
    case 'started':
      return setResults({ build: report.build, clock: report.clock });
    case 'peak':
      return setResults({ peak: report.flops });
    case 'begun':
      return set({ current: report.index });
    case 'measured': {
      const outcomes = [...state.results.outcomes];
      outcomes[report.index] = report.outcome;
      return setResults({ outcomes });
    }
    case 'done':
      return end('done');
    case 'failed':
      set({ failure: { code: report.code, message: report.message } });
      return end('failed');
  }
}

/** A worker serves one run: to end it is to cancel, and gives its memory back. */
function end(phase: 'done' | 'cancelled' | 'failed'): void {
  worker?.terminate();
  worker = null;
  set({ phase, current: -1 });
}

async function copy(text: string, done: MessageKey): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    set({ notice: done, copy: '' });
  } catch {
    set({ notice: 'copyFailed', copy: text });
  }
}

document.addEventListener('page-look', draw);
window.addEventListener('hashchange', () => {
  if (state.phase !== 'running') set(stateOf(location.hash));
});
draw();
