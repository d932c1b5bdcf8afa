import { AttentionError } from '../error.ts';

/**
 * A pattern in tokenizer.json runs on the visitor's text, and one such as `(a+)+$` takes exponential time, one such as
 * `.*.*.*x` the fourth power of it. The tokenizers in use repeat single characters and classes only, at most two of them
 * without end one after another; a repeated group and a third endless repetition are refused at the door. What two of them
 * can still cost, the `Watch` of tokenizer.ts limits.
 */
export function checkPatterns(file: unknown): void {
  // Not by recursion: the file may be nested deeper than the stack is.
  const waiting: unknown[] = [file];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node !== 'object' || node === null) continue;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'Regex' && typeof value === 'string') checkPattern(value);
      else if (key !== 'vocab' && key !== 'merges') waiting.push(value);
    }
  }
}

const kLongestPattern = 20_000;
const kTooManyWays = 3;

function checkPattern(source: string): void {
  if (source.length > kLongestPattern) refuse(source, `of ${source.length} characters`, `at most ${kLongestPattern}`);
  const withoutEscapes = source.replace(/\\(?:[pPx]\{[^}]*\}|.)/gsu, '_');
  const plain = withoutEscapes.replace(/\[[^\]]*\]/gsu, '_');
  if (/\)(?:[*+]|\{)/.test(plain)) refuse(source, 'with a repeated group', 'groups that match once');
  if (waysThrough(plain) >= kTooManyWays) refuse(source, 'with too many repetitions in a row', 'two at most');
}

/** An endless repetition, and parts that may match in one of a few ways, of which four weigh as much. */
const kEndless = 1;
const kChoice = 0.25;

/** How many repetitions and choices a match may have to try together: those in a row add up, of alternatives the worst counts. */
function waysThrough(pattern: string): number {
  const groups = [{ worst: 0, now: 0, isChoice: false }];
  for (const [part] of pattern.matchAll(/\(\?(?:<?[=!:]|<\w+>|i:|>)|[()|]|(?:[*+?]|\{\d*,?\d*\})[+?]?/g)) {
    const group = groups.at(-1)!;
    if (part.startsWith('(')) groups.push({ worst: 0, now: 0, isChoice: false });
    else if (part === '|') Object.assign(group, { worst: Math.max(group.worst, group.now), now: 0, isChoice: true });
    else if (part !== ')') group.now += part.startsWith('?') ? kChoice : kEndless;
    else if (groups.length > 1) {
      groups.pop();
      groups.at(-1)!.now += Math.max(group.worst, group.now) + (group.isChoice ? kChoice : 0);
    }
  }
  return groups.reduce((sum, { worst, now }) => sum + Math.max(worst, now), 0);
}

function refuse(source: string, found: string, expected: string): never {
  const shown = source.length > 80 ? `${source.slice(0, 80)}…` : source;
  throw new AttentionError(
    'tokenizer_invalid',
    `tokenizer.json: found the pattern "${shown}" ${found}, expected ${expected}`,
  );
}
