import { normaliseAligned } from './align.ts';
import type { Codec } from './codec.ts';
import { spansToPieces, type Span } from './pieces.ts';
import type { Parts } from './parts.ts';

/** Byte pair encoding without merges: every Unicode code point is a token. */
export function characterCodec({ vocab, vocabulary, unknownId, normalise }: Parts): Codec {
  const spans = function* (text: string): Generator<Span> {
    let start = 0;
    for (const character of text) {
      const end = start + character.length;
      yield { id: vocab.get(character) ?? -1, start, end };
      start = end;
    }
  };
  return {
    vocabulary,
    unknownId,
    encode(text) {
      const normalised = normaliseAligned(text, normalise);
      return spansToPieces(text, normalised, spans(normalised.text));
    },
    writer: () => (id) => vocabulary[id] ?? '',
  };
}
