import type { Tokenizer as Library } from '@huggingface/tokenizers';
import { AttentionError } from '../error.ts';

/** The part of a tokenizer.json that decides how it is read. */
export interface TokenizerFile {
  model: { type?: string; merges?: unknown[]; unk_token?: string | null; byte_fallback?: boolean } & Record<
    string,
    unknown
  >;
  normalizer: Stage | null;
  pre_tokenizer: Stage | null;
  decoder: Stage | null;
  added_tokens?: ({ content: string; id: number } | null)[];
}

/** A normaliser, pre-tokenizer or decoder; sequences hold further ones. */
export interface Stage {
  type: string;
  behavior?: string;
  invert?: boolean;
  pretokenizers?: Stage[];
  decoders?: Stage[];
}

/** What every kind of codec is made of. */
export interface Parts {
  vocab: Map<string, number>;
  /** Token of every id, '' where the tokenizer has none. */
  vocabulary: string[];
  unknownId: number | undefined;
  normalise: ((text: string) => string) | null;
  preTokenise: (text: string) => string[];
}

/**
 * Throws `tokenizer_invalid` if an id lies outside the model's vocabulary. Comes before the library, which would make a
 * list as long as the largest id.
 */
export function checkVocabulary({ model, added_tokens: added }: TokenizerFile, vocabSize: number): void {
  const { vocab } = model;
  const listed = Array.isArray(vocab)
    ? vocab.map((entry, id) => [(entry as [string] | null)?.[0], id] as const)
    : Object.entries(vocab as Record<string, number>);
  const marked = Array.isArray(added) ? added.map((token) => [token?.content, token?.id] as const) : [];
  for (const [token, id] of [...listed, ...marked]) {
    if (Number.isInteger(id) && id! >= 0 && id! < vocabSize) continue;
    throw new AttentionError(
      'tokenizer_invalid',
      `tokenizer.json: token "${token}": found id ${id}, expected 0 to ${vocabSize - 1} (vocab_size of config.json)`,
    );
  }
}

export function takeParts(library: Library, file: TokenizerFile, vocabSize: number): Parts {
  const vocab = library.get_vocab(true);
  const vocabulary = new Array<string>(vocabSize).fill('');
  for (const [token, id] of vocab) {
    if (token === undefined) vocab.delete(token);
    else vocabulary[id] = token;
  }
  const { normalizer, pre_tokenizer: preTokenizer } = library;
  const unknown = file.model.unk_token;
  return {
    vocab,
    vocabulary,
    // Unigram models name the unknown token by its id alone.
    unknownId: typeof unknown === 'string' ? vocab.get(unknown) : library.model?.unk_token_id,
    normalise: normalizer && ((text) => normalizer.normalize(text)),
    preTokenise: preTokenizer ? (text) => preTokenizer.pre_tokenize(text) : (text) => [text],
  };
}
