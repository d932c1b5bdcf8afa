import type { Pieces } from './pieces.ts';

/** A way from text to ids and back. One per kind of tokenizer; `encodeText` adds what all have in common. */
export interface Codec {
  /** The piece of text of every id. */
  readonly vocabulary: string[];
  /** Stands for what the vocabulary lacks; undefined if the tokenizer has no such token. */
  readonly unknownId: number | undefined;
  /** Tokens of `text`, none of them added; ids that the vocabulary lacks are -1. */
  encode(text: string): Pieces;
  /** A function that tells what each further id adds to a text that ends in `before`. */
  writer(before: string): (id: number) => string;
}
