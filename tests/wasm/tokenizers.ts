/** Small tokenizer.json files for the tests, in Hugging Face's format. */

const kCommon = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
};

const numbered = (tokens: string[]): Record<string, number> =>
  Object.fromEntries(tokens.map((token, id) => [token, id]));
const special = (id: number, content: string) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

interface CharacterOptions {
  /** null leaves the tokenizer without a token for characters that it lacks. */
  unknown?: string | null;
  [part: string]: unknown;
}

/** One token a character; further options replace parts of the file. */
export function characterTokenizer(characters: string, { unknown = '<unk>', ...more }: CharacterOptions = {}): string {
  const vocab = numbered([...(unknown === null ? [] : [unknown]), ...characters]);
  const added_tokens = unknown === null ? [] : [special(0, unknown)];
  const pre_tokenizer = { type: 'Split', pattern: { Regex: '[\\s\\S]' }, behavior: 'Isolated', invert: false };
  return JSON.stringify({
    ...kCommon,
    added_tokens,
    pre_tokenizer,
    decoder: { type: 'Fuse' },
    model: { type: 'BPE', vocab, merges: [], unk_token: unknown },
    ...more,
  });
}

interface WordOptions {
  /** Marks pieces that go on with a word. */
  prefix?: string;
  /** Chinese characters are words of their own. */
  chinese?: boolean;
  [part: string]: unknown;
}

/** One token a word; further options replace parts of the file. */
export function wordTokenizer(words: string[], { prefix = '##', chinese = true, ...more }: WordOptions = {}): string {
  const normalizer = {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: chinese,
    strip_accents: false,
    lowercase: true,
  };
  const model = {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: prefix,
    max_input_chars_per_word: 100,
    vocab: numbered(['[UNK]', ...words]),
  };
  const decoder = { type: 'WordPiece', prefix, cleanup: false };
  return JSON.stringify({
    ...kCommon,
    added_tokens: [special(0, '[UNK]')],
    normalizer,
    pre_tokenizer: { type: 'BertPreTokenizer' },
    decoder,
    model,
    ...more,
  });
}

const byteCharacters = (): string[] => {
  const printable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
};

/** GPT-2's kind: bytes, merged; here with the merges of "the" and " the" only. */
export function byteTokenizer(): string {
  const vocab = numbered([...byteCharacters(), 'th', 'the', '\u0120the', '<|endoftext|>']);
  const merges = ['t h', 'th e', '\u0120 the'];
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return JSON.stringify({
    ...kCommon,
    added_tokens: [special(259, '<|endoftext|>')],
    pre_tokenizer: byteLevel,
    decoder: byteLevel,
    model: { type: 'BPE', vocab, merges },
  });
}

/** Llama's kind: U+2581 for a space, and a token for each byte that stands in where a character is missing. */
export function fallbackTokenizer(): string {
  const named = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const vocab = numbered(['<unk>', '<s>', '</s>', ...named, '\u2581', 'a', 'b', 'ab', '\u2581ab', '##']);
  const decoders = [
    { type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
    { type: 'Strip', content: ' ', start: 1, stop: 0 },
  ];
  const normalizers = [
    { type: 'Prepend', prepend: '\u2581' },
    { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
  ];
  return JSON.stringify({
    ...kCommon,
    normalizer: { type: 'Sequence', normalizers },
    decoder: { type: 'Sequence', decoders },
    model: { type: 'BPE', vocab, merges: ['a b', '\u2581 ab'], unk_token: '<unk>', byte_fallback: true },
  });
}

/** SentencePiece's kind: U+2581 in front of each word, the best sum of scores wins. */
export function unigramTokenizer(): string {
  const vocab = [
    ['<unk>', 0],
    ['\u2581the', -2],
    ['\u2581', -4],
    ['cat', -3],
    ['s', -3.5],
    ['\u2581sat', -3],
  ];
  const metaspace = { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true };
  return JSON.stringify({
    ...kCommon,
    pre_tokenizer: metaspace,
    decoder: metaspace,
    model: { type: 'Unigram', unk_id: 0, vocab },
  });
}

/** vocab.json and merges.txt of `byteTokenizer`, as GPT-2 was published. */
export function bytePairFiles(): Record<'vocab.json' | 'merges.txt', string> {
  const { model } = JSON.parse(byteTokenizer()) as { model: { vocab: Record<string, number>; merges: string[] } };
  return { 'vocab.json': JSON.stringify(model.vocab), 'merges.txt': `#version: 0.2\n${model.merges.join('\n')}\n` };
}

export const kBertWords = ['the', 'cat', '##s', 'cafe', 'un', '##aff', '##able', '我', '爱', '!', ',', "'", 'Cat'];

/** vocab.txt of a BERT that knows few words. */
export const wordPieceFile = (): string =>
  `${['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...kBertWords].join('\n')}\n`;
