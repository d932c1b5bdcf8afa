import type { NativeInfo } from './native.ts';
import type { Example, ModelInfo } from './types.ts';

/** What a folder's config.json says to readers, beside what the core reads from it. */
export interface Notes {
  title: Record<string, string>;
  examples: Example[];
  labels: string[];
  /** Tokens that end a text. */
  endIds: number[];
  /** Token that a decoder beside an encoder starts with, and the one that fills up; -1 for none. */
  startId: number;
  paddingId: number;
}

const kTokenKeys = { start: ['decoder_start_token_id', 'bos_token_id'], padding: ['pad_token_id'] } as const;

/** What config.json says beside what the core reads; whatever is not of the expected form counts as absent. */
export function readNotes(config: string): Notes {
  const json = JSON.parse(config) as Record<string, unknown>;
  const { title, examples } = (json['attention_playground'] ?? {}) as Partial<Record<string, unknown>>;
  const isText = (value: unknown): value is string => typeof value === 'string';
  const entries = Object.entries(typeof title === 'object' && title ? title : {}).filter(([, text]) => isText(text));
  const list: unknown[] = Array.isArray(examples) ? examples : [];
  const labels = Object.entries((json['id2label'] ?? {}) as object).sort(([a], [b]) => Number(a) - Number(b));
  const ids = (key: string): number[] => [json[key]].flat().filter((id): id is number => Number.isInteger(id));
  const first = (keys: readonly string[]): number => keys.flatMap(ids)[0] ?? -1;
  return {
    title: Object.fromEntries(entries),
    examples: list.filter(
      (item): item is Example => isText((item as Example | null)?.text) && isText((item as Example).lang),
    ),
    labels: labels.map(([, label]) => String(label)),
    endIds: ids('eos_token_id'),
    startId: first(kTokenKeys.start),
    paddingId: first(kTokenKeys.padding),
  };
}

export function describeModel(native: NativeInfo, { title, examples, labels }: Notes, vocabulary: string[]): ModelInfo {
  return { ...native, title, examples, labels, vocabulary };
}
