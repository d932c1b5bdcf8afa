import type { ModelInfo, Run } from '../src/engine/types.ts';
import { isCausal, layersAt, standsOf } from '../src/elements/scene.ts';
import { fitChanges } from './changes.ts';
import { toFailure } from './failure.ts';
import { firstExample, headFor, type GrammarFile, type Knowledge } from './first.ts';
import { matchLinks } from './links.ts';
import type { Live } from './live.ts';
import { memo } from './memo.ts';
import { localModel, shippedModel } from './models.ts';
import type { Session, SessionEvents } from './session.ts';
import type { HeadRef, Settings } from './settings.ts';
import type { Store } from './store.ts';

/** What the page does about what the engine tells; `knowledge` is asked for with the sentences model only. `ask` asks for the picture of the settings. */
export function pageEvents(store: Store<Live>, knowledge: () => Promise<Knowledge>, ask: () => void): SessionEvents {
  return {
    onBuild: (build) => store.set({ build }),
    onProgress: (loaded, total) => store.set({ phase: 'loading', progress: { loaded, total } }),
    async onOpen(name, info, { title, files, quantize, weights }, parts) {
      const known = name === 'sentences' ? await knowledge() : null;
      const { settings, notice, open, image, tool } = store.get();
      const next = settingsFor({ name, info }, settings, open, known);
      const dropped = next.changes !== settings.changes;
      store.set({
        open: { name, info },
        ...(parts ? { parts, image: image ?? parts.firstImage(info) } : {}),
        tool: weights ? tool : null,
        own:
          name === localModel
            ? {
                files,
                title: title || (info.title[next.lang] ?? info.title.en ?? info.family),
                ...(quantize && { quantize }),
              }
            : null,
        weights: weights ?? { files, edits: [], now: files.weights },
        phase: 'ready',
        settings: next,
        notice: dropped ? { key: 'change.notFit' } : notice,
      });
      ask();
    },
    async onPicture(picture) {
      const { failure } = store.get();
      const solved = failure?.attempt === 'failure.run' ? { failure: null } : {};
      store.set({ picture, ...solved, ...(picture.model === 'sentences' ? {} : { linked: [] }) });
      if (picture.model !== 'sentences') return;
      const { grammar } = await knowledge();
      if (!grammar || store.get().picture !== picture) return;
      store.set({ grammar, linked: linkedIn(grammar, picture.before) });
    },
    onFailure: (attempt, error) => store.set({ failure: toFailure(attempt, error), phase: 'ready' }),
    onRestart: (reason) => store.set({ phase: 'loading', notice: { key: 'notice.restarted', values: { reason } } }),
  };
}

/** The settings as far as the opened model can follow them. */
function settingsFor(
  { name, info }: NonNullable<Live['open']>,
  settings: Settings,
  before: Live['open'],
  known: Knowledge | null,
): Settings {
  // A text of the visitor's own stays; an example of another model gives way to one of this model's.
  const borrowed = name !== before?.name && before?.info.examples.some(({ text }) => text === settings.text);
  const example = borrowed || settings.text.trim() === '' ? firstExample(info.examples, settings.lang) : undefined;
  const best = known && example ? headFor(example, known) : undefined;
  // A link that names the model has said which head.
  const opensAt = settings.model === name ? undefined : shippedModel(name)?.opensAt;
  const stands = standsOf(info);
  const stand = stands.includes(settings.stand) ? settings.stand : stands[0]!;
  const layers = layersAt(info, stand);
  // What was forbidden there may be open here, and the other way round.
  const turned =
    settings.changes.mask.length > 0 &&
    before !== null &&
    isCausal(before.info, settings.stand) !== isCausal(info, stand);
  return {
    ...settings,
    model: name,
    text: example?.text ?? settings.text,
    stand,
    cell: example ? null : settings.cell,
    shown: fitHead(best ?? opensAt ?? settings.shown, layers, info),
    changes: fitChanges(turned ? { ...settings.changes, mask: [] } : settings.changes, layers, info.n_heads),
  };
}

function fitHead({ layer, head }: HeadRef, layers: number, { n_heads }: ModelInfo): HeadRef {
  return { layer: Math.min(layer, layers - 1), head: Math.min(head, n_heads - 1) };
}

/** The same array for the same text, so that a slider draws nothing anew. */
const linkedIn = memo((grammar: GrammarFile, { tokens }: Run) =>
  matchLinks(
    grammar,
    tokens.map((token) => token.toLowerCase()),
  ),
);

/** Asks for the picture that the settings describe. */
export function askFor(store: Store<Live>, session: Session): void {
  const { settings, open, image: given } = store.get();
  if (!open) return;
  const { text, pair, stand, shown, changes } = settings;
  const image = open.info.image ? given : null;
  const empty = open.info.image ? !image : text.trim() === '';
  if (empty !== store.get().empty) store.set({ empty });
  if (!empty) session.show({ text, pair, image, stand, layer: shown.layer, changes });
}
