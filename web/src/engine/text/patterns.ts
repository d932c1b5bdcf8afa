import { AttentionError } from '../error.ts';

/**
 * A pattern in tokenizer.json runs on the visitor's text, and one such as `(a+)+$` takes exponential time. The
 * tokenizers in use repeat single characters and classes only; a repeated group is refused at the door.
 */
export function checkPatterns(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'Regex' && typeof value === 'string') checkPattern(value);
    else if (key !== 'vocab' && key !== 'merges') checkPatterns(value);
  }
}

const kLongestPattern = 20_000;

function checkPattern(source: string): void {
  const withoutEscapes = source.replace(/\\./gsu, '_');
  const withoutClasses = withoutEscapes.replace(/\[[^\]]*\]/gsu, '_');
  if (source.length > kLongestPattern || /\)(?:[*+]|\{\d+,)/.test(withoutClasses)) {
    const found = source.length > 80 ? `${source.slice(0, 80)}…` : source;
    throw new AttentionError(
      'tokenizer_invalid',
      `tokenizer.json: found the pattern "${found}" with a repeated group, expected groups that match once`,
    );
  }
}
