/** The vocabulary files from before tokenizer.json, put into its form: what reads that reads these too. */
import { AttentionError } from '../error.ts';

/** What tokenizer_config.json may say about a vocabulary beside it; all else there is passed over. */
interface Settings {
  add_prefix_space?: boolean;
  add_bos_token?: boolean;
  bos_token?: string | { content?: string };
  do_lower_case?: boolean;
  strip_accents?: boolean | null;
  tokenize_chinese_chars?: boolean;
  /** Tokens with ids of their own that no merge and no word makes. */
  added_tokens_decoder?: Record<string, { content?: string; special?: boolean }>;
}

type Vocabulary = Map<string, number>;

function refuse(file: string, problem: string, cause?: unknown): AttentionError {
  return new AttentionError('tokenizer_invalid', `${file}: ${problem}`, { cause });
}

function parseObject(file: string, json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw refuse(file, (error as Error).message, error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse(file, 'found no object, expected one');
  }
  return value as Record<string, unknown>;
}

const readSettings = (json: string | undefined): Settings =>
  json === undefined ? {} : (parseObject('tokenizer_config.json', json) as Settings);

/** Tokens that are taken out of the text before anything else: those of `known` that there are, and the settings' own. */
function addedTokens(vocab: Vocabulary, known: readonly string[], { added_tokens_decoder = {} }: Settings): object[] {
  const added = new Map<string, number>();
  for (const token of known) if (vocab.has(token)) added.set(token, vocab.get(token)!);
  for (const [id, token] of Object.entries(added_tokens_decoder)) {
    if (typeof token?.content === 'string' && /^\d+$/.test(id)) added.set(token.content, Number(id));
  }
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return Array.from(added, ([content, id]) => ({ id, content, ...plain }));
}

/** Puts special tokens around a text. `pattern` names them, `A` standing for the text. */
function template(vocab: Vocabulary, pattern: readonly string[]): object {
  const single = pattern.map((token) =>
    token === 'A' ? { Sequence: { id: 'A', type_id: 0 } } : { SpecialToken: { id: token, type_id: 0 } },
  );
  const special = pattern
    .filter((token) => token !== 'A')
    .map((token) => [token, { id: token, ids: [vocab.get(token)], tokens: [token] }]);
  return { type: 'TemplateProcessing', single, pair: [], special_tokens: Object.fromEntries(special) };
}

function tokenizerJson(vocab: Vocabulary, { model, ...parts }: { model: object } & Record<string, unknown>): string {
  const empty = { version: '1.0', truncation: null, padding: null, normalizer: null, post_processor: null };
  return JSON.stringify({ ...empty, ...parts, model: { ...model, vocab: Object.fromEntries(vocab) } });
}

/**
 * A tokenizer.json made of what a folder has in its place: vocab.json with merges.txt, or vocab.txt; undefined if it has neither.
 * `read` gives the text of a file, undefined if there is none. Throws `tokenizer_invalid`, and what `read` does.
 */
export async function readVocabulary(read: (name: string) => Promise<string | undefined>): Promise<string | undefined> {
  const pairs = await read('vocab.json');
  const merges = pairs === undefined ? undefined : await read('merges.txt');
  const words = merges === undefined ? await read('vocab.txt') : undefined;
  if (merges === undefined && words === undefined) return undefined;
  const settings = await read('tokenizer_config.json');
  return words === undefined ? bytePairTokenizer(pairs!, merges!, settings) : wordPieceTokenizer(words, settings);
}

/**
 * GPT-2's byte-level byte pair encoding as a tokenizer.json (https://github.com/openai/gpt-2, src/encoder.py).
 * `vocab` is vocab.json, each token with its id; `merges` is merges.txt, a pair of tokens a line, the first one merged first;
 * `settings` is tokenizer_config.json. Throws `tokenizer_invalid` with the file and the line.
 */
export function bytePairTokenizer(vocab: string, merges: string, settings?: string): string {
  const ids: Vocabulary = new Map();
  for (const [token, id] of Object.entries(parseObject('vocab.json', vocab))) {
    if (!Number.isSafeInteger(id) || (id as number) < 0) {
      throw refuse('vocab.json', `token "${token}": found ${JSON.stringify(id)}, expected an id`);
    }
    ids.set(token, id as number);
  }
  const told = readSettings(settings);
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: told.add_prefix_space === true,
    trim_offsets: true,
    use_regex: true,
  };
  const start = typeof told.bos_token === 'string' ? told.bos_token : (told.bos_token?.content ?? '<|endoftext|>');
  return tokenizerJson(ids, {
    added_tokens: addedTokens(ids, ['<|endoftext|>'], told),
    pre_tokenizer: byteLevel,
    post_processor: told.add_bos_token === true && ids.has(start) ? template(ids, [start, 'A']) : null,
    decoder: byteLevel,
    model: { type: 'BPE', unk_token: null, merges: readMerges(merges, ids) },
  });
}

function readMerges(text: string, vocab: Vocabulary): [string, string][] {
  const merges: [string, string][] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line === '' || line.startsWith('#version')) return;
    const parts = line.split(' ');
    const [left, right] = parts;
    if (parts.length !== 2 || !left || !right) {
      throw refuse('merges.txt', `line ${index + 1}: found "${line.slice(0, 80)}", expected two tokens`);
    }
    if (!vocab.has(left + right)) {
      throw refuse('merges.txt', `line ${index + 1}: found "${left + right}", which vocab.json lacks`);
    }
    merges.push([left, right]);
  });
  return merges;
}

const kBertTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const kBertNeeds = ['[UNK]', '[CLS]', '[SEP]'];

/**
 * BERT's WordPiece as a tokenizer.json (https://github.com/google-research/bert, tokenization.py). `vocab` is vocab.txt, a
 * token a line, the line's number from 0 its id; `settings` is tokenizer_config.json, whose `do_lower_case` (default true)
 * also takes accents off. Throws `tokenizer_invalid`.
 */
export function wordPieceTokenizer(vocab: string, settings?: string): string {
  const ids: Vocabulary = new Map();
  const lines = vocab.replace(/\r?\n$/, '').split(/\r?\n/);
  lines.forEach((line, id) => ids.set(line, id));
  for (const token of kBertNeeds) {
    if (!ids.has(token))
      throw refuse('vocab.txt', `found no ${token} in ${lines.length} lines, expected BERT's tokens`);
  }
  const told = readSettings(settings);
  return tokenizerJson(ids, {
    added_tokens: addedTokens(ids, kBertTokens, told),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: told.tokenize_chinese_chars !== false,
      strip_accents: told.strip_accents ?? null,
      lowercase: told.do_lower_case !== false,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: template(ids, ['[CLS]', 'A', '[SEP]']),
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
    },
  });
}
