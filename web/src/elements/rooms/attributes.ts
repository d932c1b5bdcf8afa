import type { PropertyDeclaration } from 'lit';

/** A number as an attribute; what is none, or lies outside the range, is the nearest that may be, or `standard`. */
export function numeric(minimum: number, maximum: number, standard: number): PropertyDeclaration<number> {
  const read = (text: string | null): number => {
    const number = text === null || text.trim() === '' ? NaN : Number(text);
    return Number.isNaN(number) ? standard : Math.min(Math.max(number, minimum), maximum);
  };
  return { converter: { fromAttribute: read, toAttribute: String } };
}

/** One of several words as an attribute; any other text is the first. */
export function oneOf<Word extends string>(words: readonly Word[]): PropertyDeclaration<Word> {
  const read = (text: string | null): Word => words.find((word) => word === text) ?? words[0]!;
  return { converter: { fromAttribute: read, toAttribute: String } };
}
