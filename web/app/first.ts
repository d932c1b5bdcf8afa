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
  /** The head that was measured to match a phenomenon's links best. */
  bestHeads: ReadonlyMap<string, HeadRef>;
}

const nothingKnown: Knowledge = { grammar: null, bestHeads: new Map() };

/** Reads `grammar.json` and `heads.json`. The page works without them, so a failure gives nothing. */
export async function readKnowledge(): Promise<Knowledge> {
  try {
    const [grammar, heads] = await Promise.all(['grammar.json', 'heads.json'].map(readJson));
    return { grammar: grammar as GrammarFile, bestHeads: readHeads(heads) };
  } catch {
    return nothingKnown;
  }
}

async function readJson(name: string): Promise<unknown> {
  const response = await fetch(new URL(name, modelUrl('sentences')));
  if (!response.ok) throw new Error(`${name}: status ${response.status}`);
  return response.json();
}

interface HeadsFile {
  phenomena: { name: string; best: { layer: number; head: number } }[];
}

function readHeads(file: unknown): Map<string, HeadRef> {
  const { phenomena } = file as HeadsFile;
  return new Map(phenomena.map(({ name, best: { layer, head } }) => [name, { layer, head }]));
}

/** The first example in the visitor's language; the folder names the best measured first. */
export function firstExample(examples: readonly Example[], lang: Lang): Example | undefined {
  return examples.find((example) => example.lang === lang) ?? examples[0];
}
