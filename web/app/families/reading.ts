import { writeAnswer } from '../../src/elements/answer.ts';
import type { Edit, ModelInput, RunOptions, WorkerModel } from '../../src/engine/types.ts';
import type { Read, Wish } from '../session.ts';

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

/** What a decoder writes for the text. A mask holds where no text grows: in the encoder. */
export function answer(model: WorkerModel, { text, stand }: Wish, edits: readonly Edit[]): Promise<string> {
  const lasting = edits.filter(({ mask }) => !mask || stand === 'encoder');
  return writeAnswer(model, text, lasting);
}
