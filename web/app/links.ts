/**
 * Finds the true links of typed sentences: which earlier word decides the next one.
 *
 * The grammar is demos/sentences/grammar.json, which also wrote the model's training sentences.
 * A link's query is the position whose next word is decisive, its key the position of the word
 * that decides it. A sentence may be half typed: its link is there as soon as the query is.
 */

type Group = { words: string[] } & { [feature: string]: string | string[] };

type Slot =
  | string
  | {
      id?: string;
      of?: string;
      same?: string;
      chance?: number;
      not?: string[];
      agree?: [feature: string, slot: string];
      differ?: [feature: string, slot: string];
      looks_at?: string;
    };

export interface Grammar {
  classes: { [name: string]: Group[] };
  templates: { id: string; phenomenon: string; lang: string; slots: Slot[] }[];
}

/** Positions in the tokens given to `matchLinks`; `label` is the name of the key's slot. */
export interface Link {
  query: number;
  key: number;
  label: string;
}

/** Tokens `start` to `end` (not included) follow a template; `complete` if to its last word. */
export interface LinkedSentence {
  phenomenon: string;
  lang: string;
  start: number;
  end: number;
  complete: boolean;
  links: Link[];
}

interface Entry {
  tokens: string[];
  group: Group;
}

type Bound = Map<string, { entry: Entry; at: number }>;

interface Walk {
  end: number;
  complete: boolean;
  links: Link[];
}

const entriesOf = new WeakMap<Group[], Entry[]>();

function entries(groups: Group[]): Entry[] {
  let found = entriesOf.get(groups);
  if (!found) {
    found = groups.flatMap((group) => group.words.map((words) => ({ tokens: words.split(' '), group })));
    entriesOf.set(groups, found);
  }
  return found;
}

/** How many of `wanted` stand in `tokens` from `at` on before the first other word. */
function agreeing(tokens: readonly string[], at: number, wanted: string[]): number {
  const other = wanted.findIndex((word, i) => tokens[at + i] !== word);
  return other < 0 ? wanted.length : other;
}

function candidates(grammar: Grammar, slot: Exclude<Slot, string>, bound: Bound): Entry[] {
  if (slot.same) return [bound.get(slot.same)!.entry];
  const { not = [], agree, differ } = slot;
  return entries(grammar.classes[slot.of!]!).filter(
    (entry) =>
      not.every((id) => bound.get(id)!.entry !== entry) &&
      (!agree || entry.group[agree[0]] === bound.get(agree[1])!.entry.group[agree[0]]) &&
      (!differ || entry.group[differ[0]] !== bound.get(differ[1])!.entry.group[differ[0]]),
  );
}

/** The further of two walks; of equals, the one that found a link, then the first. */
function further(a: Walk, b: Walk): Walk {
  const gain = b.end - a.end || Number(b.complete) - Number(a.complete) || b.links.length - a.links.length;
  return gain > 0 ? b : a;
}

/** The furthest walk through slots `index` and on, from token `at` on. */
function walk(
  grammar: Grammar,
  slots: Slot[],
  index: number,
  tokens: readonly string[],
  at: number,
  bound: Bound,
): Walk {
  const slot = slots[index];
  if (slot === undefined) return { end: at, complete: true, links: [] };
  if (typeof slot === 'string') {
    const words = slot.split(' ');
    const count = agreeing(tokens, at, words);
    if (count < words.length) return { end: at + count, complete: false, links: [] };
    return walk(grammar, slots, index + 1, tokens, at + count, bound);
  }
  let best: Walk = { end: at, complete: false, links: [] };
  for (const entry of candidates(grammar, slot, bound)) {
    const count = agreeing(tokens, at, entry.tokens);
    const then = slot.id ? new Map(bound).set(slot.id, { entry, at }) : bound;
    const rest =
      count < entry.tokens.length
        ? { end: at + count, complete: false, links: [] }
        : walk(grammar, slots, index + 1, tokens, at + count, then);
    best = further(best, rest);
  }
  if (slot.chance !== undefined) best = further(best, walk(grammar, slots, index + 1, tokens, at, bound));
  if (!slot.looks_at) return best;
  const link = { query: at - 1, key: bound.get(slot.looks_at)!.at, label: slot.looks_at };
  return { ...best, links: [link, ...best.links] };
}

/**
 * The linked sentences in `tokens` (the model's tokens, one a word, in any case), from left to right.
 * Tokens outside the grammar are passed over; sentences without a link yet are not listed.
 */
export function matchLinks(grammar: Grammar, tokens: readonly string[]): LinkedSentence[] {
  const words = tokens.map((token) => token.toLowerCase());
  const found: LinkedSentence[] = [];
  for (let start = 0; start < words.length;) {
    let best: LinkedSentence | undefined;
    for (const { phenomenon, lang, slots } of grammar.templates) {
      const next = walk(grammar, slots, 0, words, start, new Map());
      if (best && further(best, next) === best) continue;
      best = { phenomenon, lang, start, ...next };
    }
    if (best?.links.length) found.push(best);
    start = best?.links.length ? best.end : start + 1;
  }
  return found;
}
