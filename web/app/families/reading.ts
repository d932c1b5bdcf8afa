import type { Edit, ModelInput, RunOptions, WorkerModel } from '../../src/engine/types.ts';
import type { Read, Wish } from '../session.ts';

/** An answer ends here at the latest. */
const longestAnswer = 200;

/** Runs a model on what its family reads. A decoder beside an encoder first writes its answer, which is then its target. */
export async function read(model: WorkerModel, wish: Wish, options: RunOptions): Promise<Read> {
  const written = model.info.n_encoder_layers > 0 ? await answer(model, wish, []) : null;
  const input = inputOf(model, wish, written);
  return { input, run: await model.run(input, options), answer: written };
}

function inputOf({ info }: WorkerModel, { text, pair, image }: Wish, target: string | null): ModelInput {
  if (info.image && image) return { image: image.pixels };
  if (target !== null) return { text, target };
  return info.n_segments > 1 && pair.trim() !== '' ? { text, pair } : text;
}

/** What a decoder writes for the text, always the likeliest token. A mask holds where no text grows: in the encoder. */
export async function answer(model: WorkerModel, { text, stand }: Wish, edits: readonly Edit[]): Promise<string> {
  const lasting = edits.filter(({ mask }) => !mask || stand === 'encoder');
  // The start token takes one place.
  const maxTokens = Math.min(longestAnswer, model.info.n_ctx - 1);
  let written = '';
  for await (const step of model.generate({ text }, { temperature: 0, maxTokens, edits: lasting })) written = step.text;
  return written;
}
