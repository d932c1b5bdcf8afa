import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { matchLinks, type Grammar } from '../../web/app/links.ts';

interface Golden {
  phenomenon: string;
  lang: string;
  template: string;
  tokens: string[];
  links: [query: number, key: number][];
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')) as T;
}

const grammar = read<Grammar>('demos/sentences/grammar.json');
const golden = read<Golden[]>('tests/golden/sentences-links.json');

/** Every link with its phenomenon, as text. */
function linksOf(tokens: string[]): string[] {
  return matchLinks(grammar, tokens).flatMap(({ phenomenon, lang, links }) =>
    links.map(({ query, key }) => `${phenomenon} ${lang} ${query}->${key}`),
  );
}

function expected({ phenomenon, lang, links }: Golden, offset = 0): string[] {
  return links.map(([query, key]) => `${phenomenon} ${lang} ${query + offset}->${key + offset}`);
}

/** What is typed when the first link's query is the last word. */
function typedToQuery({ tokens, links }: Golden): string[] {
  return tokens.slice(0, links[0]![0] + 1);
}

test('every template is among the generated sentences', () => {
  const seen = new Set(golden.map((sentence) => sentence.template));
  expect(grammar.templates.map(({ id }) => id).filter((id) => !seen.has(id))).toEqual([]);
});

test('the matcher finds exactly the links that the generator wrote, and the whole sentence', () => {
  for (const sentence of golden) {
    expect(linksOf(sentence.tokens)).toEqual(expected(sentence));
    expect(matchLinks(grammar, sentence.tokens)).toMatchObject([
      { start: 0, end: sentence.tokens.length, complete: true },
    ]);
  }
});

test('the link is there as soon as its query is typed', () => {
  for (const sentence of golden) {
    const typed = typedToQuery(sentence);
    expect(linksOf(typed), typed.join(' ')).toEqual(expected(sentence).slice(0, 1));
  }
});

test('a wrong decisive word leaves the true link in place', () => {
  for (const sentence of golden) {
    const typed = [...typedToQuery(sentence), '[UNK]'];
    expect(linksOf(typed), typed.join(' ')).toEqual(expected(sentence).slice(0, 1));
  }
});

test('sentences one after another, with words outside the grammar between them', () => {
  for (let i = 0; i + 2 < golden.length; i += 3) {
    const [a, b, c] = golden.slice(i, i + 3) as [Golden, Golden, Golden];
    const tokens = ['[BOS]', ...a.tokens, '[UNK]', ...b.tokens, ...c.tokens];
    const starts = [1, 2 + a.tokens.length, 2 + a.tokens.length + b.tokens.length];
    expect(linksOf(tokens)).toEqual([a, b, c].flatMap((sentence, j) => expected(sentence, starts[j])));
  }
});

test('capital letters do not matter', () => {
  expect(linksOf('[BOS] Anna loved Ben . Who was LOVED ?'.split(' '))).toEqual(['order en 8->3']);
});

test('text outside the grammar has no links', () => {
  for (const text of ['', '[BOS]', 'the', '[UNK] [UNK] .', 'anna loved ben .', 'is the near because', '我 爱过']) {
    expect(linksOf(text.split(' '))).toEqual([]);
  }
});

test('a sentence whose words break a condition has no link', () => {
  expect(linksOf('anna loved ben . who was helped ?'.split(' '))).toEqual([]);
  expect(linksOf('lucy spoke about the river and the money . later the bank'.split(' '))).toEqual([]);
  expect(linksOf('maria smith met maria brown . we all know maria'.split(' '))).toEqual([]);
});
