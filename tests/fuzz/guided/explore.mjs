// The loop of the guided fuzzer: what reaches new code, or old code a new number of times, is changed further.
import { randomNumbers } from '../../bench/random.mjs';
import { mutate } from './mutate.mjs';

/** 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more: as a bit each, as AFL counts. */
const kBuckets = Uint8Array.from({ length: 256 }, (_, hits) =>
  hits < 4 ? [0, 1, 2, 4][hits] : hits < 8 ? 8 : hits < 16 ? 16 : hits < 32 ? 32 : hits < 128 ? 64 : 128,
);

/**
 * Feeds `feed` with `seeds` and with changed copies of what was new, until `isOver(executions)`. `hits` counts coverage.
 * Resolves to {executions, corpus, reached, finding}: a finding is {input, error}, something other than an
 * AttentionError that was thrown.
 */
export async function explore({ feed, seeds, hits, longest, seed, isOver, onInput = () => {} }) {
  const random = randomNumbers(seed);
  const seen = new Uint8Array(hits.length);
  const corpus = [];
  let executions = 0;

  async function attempt(input, isSeed = false) {
    hits.fill(0);
    onInput(input, ++executions);
    try {
      await feed(input);
    } catch (error) {
      if (error?.name !== 'AttentionError') return { input, error };
    }
    let isNew = isSeed;
    for (let at = 0; at < hits.length; ++at) {
      if (hits[at] === 0) continue;
      const bucket = kBuckets[Math.min(255, hits[at])];
      if ((seen[at] & bucket) !== 0) continue;
      seen[at] |= bucket;
      isNew = true;
    }
    if (isNew) corpus.push(input);
    return null;
  }

  const result = (finding) => ({ executions, corpus, reached: seen.filter(Boolean).length, finding });
  for (const input of seeds) {
    const finding = await attempt(input.slice(0, longest), true);
    if (finding) return result(finding);
  }
  while (!isOver(executions)) {
    // What was found last leads on most often.
    const parent = corpus[Math.floor(corpus.length * Math.sqrt(random()))];
    const finding = await attempt(mutate(parent, corpus, longest, random));
    if (finding) return result(finding);
  }
  return result(null);
}
