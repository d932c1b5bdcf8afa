import { toGenerationEdits } from './changes.ts';
import { toFailure } from './failure.ts';
import type { Generated, Live } from './live.ts';
import { lostWorker, type Session } from './session.ts';
import type { Store } from './store.ts';

/** Reason of an abort that leaves no trace: another text took this one's place. */
export const superseded = 'superseded';

/** Continues the text token by token into `generated`, until it is complete or `signal` stops it. */
export async function writeText(store: Store<Live>, session: Session, signal: AbortSignal): Promise<void> {
  const { text, sampling, changes, stand } = store.get().settings;
  const begun = performance.now();
  let generated: Generated = { prompt: text, steps: [], state: 'running', milliseconds: 0 };
  const publish = (patch: Partial<Generated>) => {
    generated = { ...generated, ...patch, milliseconds: performance.now() - begun };
    if (signal.reason !== superseded) store.set({ generated });
  };
  publish({});
  try {
    const options = { ...sampling, edits: toGenerationEdits(changes, stand), signal };
    for await (const { token, probability } of session.generate(text, options)) {
      publish({ steps: [...generated.steps, { token, probability }] });
    }
    publish({ state: 'done' });
  } catch (error) {
    publish({ state: 'stopped' });
    if (!signal.aborted && !lostWorker(error)) store.set({ failure: toFailure('failure.write', error) });
  }
}
