/** The text as the tokenizer's normaliser leaves it, and where each of its units stands in the visitor's text. */
export interface NormalisedText {
  text: string;
  /** Raw index at which the segment behind unit `i` begins. */
  starts: Int32Array;
  /** Raw index at which the segment behind unit `i` ends. */
  ends: Int32Array;
}

type Normalise = (text: string) => string;

/** Letters with the marks that follow them. */
const graphemes = (text: string): string[] => text.match(/\P{M}\p{M}*|\p{M}+/gu) ?? [];
const runs = (text: string): string[] => text.match(/\s+|\S+/g) ?? [];

/**
 * Normalisers report no offsets. Most treat each character on its own; some look at neighbours (composition, the
 * final sigma). So: normalise ever larger segments until their results, joined, equal the whole's.
 */
export function normaliseAligned(raw: string, normalise: Normalise | null): NormalisedText {
  if (!normalise) return align(Array.from(raw), Array.from(raw));
  const whole = normalise(raw);
  for (const split of [Array.from<string>, graphemes, runs]) {
    const segments = split(raw);
    const results = mapOnce(segments, normalise);
    if (results.join('') === whole) return align(segments, results);
  }
  return align([raw], [whole]);
}

/** Texts repeat their characters: each distinct segment is normalised once. */
function mapOnce(segments: string[], normalise: Normalise): string[] {
  const known = new Map<string, string>();
  return segments.map((segment) => {
    let result = known.get(segment);
    if (result === undefined) known.set(segment, (result = normalise(segment)));
    return result;
  });
}

function align(segments: string[], results: string[]): NormalisedText {
  const text = results.join('');
  const starts = new Int32Array(text.length);
  const ends = new Int32Array(text.length);
  let unit = 0;
  let raw = 0;
  segments.forEach((segment, index) => {
    const length = results[index]?.length ?? 0;
    starts.fill(raw, unit, unit + length);
    ends.fill(raw + segment.length, unit, unit + length);
    unit += length;
    raw += segment.length;
  });
  return { text, starts, ends };
}
