import type { NativeInfo } from './native.ts';
import type { Example, ModelInfo } from './types.ts';

/** What a folder's config.json says to readers, beside what the core reads from it. */
interface Notes {
  title: Record<string, string>;
  examples: Example[];
  /** Token that ends a text, -1 for none. */
  endId: number;
}

/** Reads the key `attention_playground`; whatever there is not of the expected form counts as absent. */
export function readNotes(config: string): Notes {
  const json = JSON.parse(config) as { attention_playground?: Partial<Notes>; eos_token_id?: unknown };
  const { title, examples } = json.attention_playground ?? {};
  const isText = (value: unknown): value is string => typeof value === 'string';
  const entries = Object.entries(typeof title === 'object' && title ? title : {}).filter(([, text]) => isText(text));
  const list: unknown[] = Array.isArray(examples) ? examples : [];
  return {
    title: Object.fromEntries(entries),
    examples: list.filter(
      (item): item is Example => isText((item as Example | null)?.text) && isText((item as Example).lang),
    ),
    endId: Number.isInteger(json.eos_token_id) ? (json.eos_token_id as number) : -1,
  };
}

export function describeModel(native: NativeInfo, { title, examples }: Notes, vocabulary: string[]): ModelInfo {
  return { ...native, title, examples, vocabulary };
}
