import type { Tokenizer as Library } from '@huggingface/tokenizers';
import { AttentionError } from '../error.ts';
import { alignBytes, alignSurfaces, type Placed } from './alignTokens.ts';
import { byteMark, bytesOfLevel, fallbackByte, readUtf8, showBytes, utf8 } from './bytes.ts';
import type { Codec } from './codec.ts';
import type { Parts, Stage, TokenizerFile } from './parts.ts';

/** Special tokens are put around the text elsewhere. */
const kPlain = { add_special_tokens: false };

/** Subword tokenizers of other models: the library cuts, the pieces are found in the text afterwards. */
export function generalCodec(library: Library, file: TokenizerFile, parts: Parts): Codec {
  const { vocabulary, unknownId } = parts;
  const bytesOf = bytesOfTokens(file);
  const place = (token: string | undefined, id: number): Placed => {
    const bytes = id < 0 ? new Uint8Array() : bytesOf(token ?? '');
    return { id, bytes, surface: showBytes(bytes) };
  };
  return {
    vocabulary: vocabulary.map((token) => showBytes(bytesOf(token))),
    unknownId,
    encode(text) {
      checkUnbroken(text);
      const { ids, tokens } = library.encode(text, kPlain);
      const placed = ids.map((id, index) => {
        const isUnknown = id === undefined || id === unknownId || tokens[index] === undefined;
        return place(tokens[index], isUnknown ? -1 : id);
      });
      return alignBytes(text, placed) ?? alignSurfaces(text, placed);
    },
    writer: hasStage(file.pre_tokenizer, 'ByteLevel')
      ? () => byteWriter((id) => bytesOf(vocabulary[id] ?? ''))
      : (before) => libraryWriter(library, vocabulary, before),
  };
}

/** Merging takes longer than linear time within one unbroken run, so a run has a limit of its own. */
const kLongestRun = 20_000;

function checkUnbroken(text: string): void {
  for (const run of text.match(/\S+|\s+/gu) ?? []) {
    if (run.length > kLongestRun) {
      throw new AttentionError(
        'text_too_long',
        `text: found ${run.length} characters without a break, expected at most ${kLongestRun} for this tokenizer`,
      );
    }
  }
}

export function hasStage(stage: Stage | null, type: string): boolean {
  if (!stage) return false;
  return (
    stage.type === type ||
    [...(stage.pretokenizers ?? []), ...(stage.decoders ?? [])].some((inner) => hasStage(inner, type))
  );
}

/** What a token puts into the text, without the marks that say "a word begins here" or "goes on here". */
function bytesOfTokens({ model, pre_tokenizer }: TokenizerFile): (token: string) => Uint8Array {
  if (hasStage(pre_tokenizer, 'ByteLevel')) return bytesOfLevel;
  const isWordPiece = model.type === 'WordPiece';
  return (token) => {
    const byte = model.byte_fallback ? fallbackByte(token) : undefined;
    if (byte !== undefined) return Uint8Array.of(byte);
    return utf8((isWordPiece ? token.replace(/^##/, '') : token).replaceAll('\u2581', ' '));
  };
}

/** Holds a character back until its last byte has come. */
function byteWriter(bytesOf: (id: number) => Uint8Array): (id: number) => string {
  let open = new Uint8Array();
  return (id) => {
    const read = readUtf8(Uint8Array.of(...open, ...bytesOf(id)));
    open = new Uint8Array(read.open);
    return read.text;
  };
}

/** Characters of a text whose last token is asked for. */
const kContext = 256;

/** The library says what a token adds to the one before it: decoders take the space of a text's first token away. */
function libraryWriter(library: Library, vocabulary: readonly string[], before: string): (id: number) => string {
  const decode = (ids: number[]): string => library.decode(ids, { clean_up_tokenization_spaces: false });
  let last = library.encode(before.slice(-kContext), kPlain).ids.findLast((id) => id !== undefined);
  let open = new Uint8Array();
  return (id) => {
    const byte = fallbackByte(vocabulary[id] ?? '');
    if (byte !== undefined) {
      const read = readUtf8(Uint8Array.of(...open, byte));
      open = new Uint8Array(read.open);
      return read.text;
    }
    const stray = byteMark(open);
    open = new Uint8Array();
    const added = last === undefined ? decode([id]) : decode([last, id]).slice(decode([last]).length);
    last = id;
    return stray + added;
  };
}
