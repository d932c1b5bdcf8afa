import type { Link } from 'attention-playground/plots';

/** The part of `grammar.json` that says which words are people. */
export interface Grammar {
  people: readonly string[];
  classes: Record<string, readonly { words: readonly string[] }[]>;
}

export function peopleOf({ people, classes }: Grammar): ReadonlySet<string> {
  const groups = Object.entries(classes).filter(([name]) => people.includes(name) || name === 'zh.he');
  return new Set(groups.flatMap(([, entries]) => entries.flatMap(({ words }) => words)));
}

/**
 * The true link of a question at the end of `tokens`: from the question mark to the person who is the answer. "who was loved ?" asks
 * for the person after the first "loved", "who loved someone ?" for the nearest one before it; so do 谁被爱过？ and 谁爱过别人？.
 * Null for any other text.
 */
export function answerTo(tokens: readonly string[], people: ReadonlySet<string>): Link | null {
  const words = tokens.map((token) => token.trim().toLowerCase());
  const query = words.length - 1;
  const asked = Math.max(words.lastIndexOf('who'), words.lastIndexOf('谁'));
  if (asked < 0 || !['?', '？'].includes(words[query] ?? '')) return null;
  const isPassive = ['was', '被'].includes(words[asked + 1] ?? '');
  const acted = words.indexOf(words[asked + (isPassive ? 2 : 1)] ?? '');
  if (acted < 0 || acted >= asked) return null;
  const isPerson = (key: number) => people.has(words[key] ?? '');
  if (isPassive) return isPerson(acted + 1) ? { query, key: acted + 1 } : null;
  for (let key = acted - 1; key >= 0; --key) if (isPerson(key)) return { query, key };
  return null;
}
