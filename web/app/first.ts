import type { Example } from '../src/engine/types.ts';
import type { Grammar } from './links.ts';
import { modelUrl } from './models.ts';
import type { HeadRef, Lang } from './settings.ts';

/** `grammar.json`; each phenomenon says in a sentence which word must look where. */
export interface GrammarFile extends Grammar {
  phenomena: readonly { name: string; label: Record<Lang, string>; link: Record<Lang, string> }[];
}

/** What is known about the sentences model beside its weights: its grammar, and which head follows which links. */
export interface Knowledge {
  grammar: GrammarFile | null;
  bestHead: BestHeads;
}

/** The head that was measured to match a phenomenon's links best in sentences of that language. */
export type BestHeads = (phenomenon: string, lang: Lang) => HeadRef | undefined;

const nothingKnown: Knowledge = { grammar: null, bestHead: () => undefined };

/** The demo's `grammar.json` and the model's `heads.json`. */
export function knowledgeUrls(): URL[] {
  return [new URL('../../demos/sentences/grammar.json', import.meta.url), new URL('heads.json', modelUrl('sentences'))];
}

/** The page works without what is known, so a failure gives nothing. */
export async function readKnowledge(): Promise<Knowledge> {
  try {
    const [grammar, heads] = await Promise.all(knowledgeUrls().map(readJson));
    return { grammar: grammar as GrammarFile, bestHead: readHeads(heads) };
  } catch {
    return nothingKnown;
  }
}

async function readJson(url: string | URL): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: status ${response.status}`);
  return response.json();
}

interface HeadsFile {
  phenomena: { name: string; best_by_language: Record<Lang, HeadRef> }[];
}

function readHeads(file: unknown): BestHeads {
  const { phenomena } = file as HeadsFile;
  const found = new Map(phenomena.map(({ name, best_by_language }) => [name, best_by_language]));
  return (phenomenon, lang) => {
    const best = found.get(phenomenon)?.[lang];
    return best && { layer: best.layer, head: best.head };
  };
}

/** The head to show with an example of the sentences model. */
export function headFor({ phenomenon, lang }: Example, { bestHead }: Knowledge): HeadRef | undefined {
  return phenomenon && (lang === 'en' || lang === 'zh') ? bestHead(phenomenon, lang) : undefined;
}

/** The first example in the visitor's language; the folder names the best measured first. */
export function firstExample(examples: readonly Example[], lang: Lang): Example | undefined {
  return examples.find((example) => example.lang === lang) ?? examples[0];
}
