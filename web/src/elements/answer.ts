import type { Edit, WorkerModel } from '../engine/types.ts';

/** An answer ends here at the latest. */
const longest = 200;

/** What a decoder beside an encoder writes for the text, always the likeliest token. */
export async function writeAnswer(model: WorkerModel, text: string, edits: Edit[] = []): Promise<string> {
  // The start token takes one place.
  const maxTokens = Math.min(longest, model.info.n_ctx - 1);
  let written = '';
  for await (const step of model.generate({ text }, { temperature: 0, maxTokens, edits })) written = step.text;
  return written;
}
