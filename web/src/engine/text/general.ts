import type { Tokenizer as Library } from '@huggingface/tokenizers';
import { AttentionError } from '../error.ts';
import type { Codec } from './codec.ts';
import { addGap, type Pieces } from './pieces.ts';
import type { Parts, Stage, TokenizerFile } from './parts.ts';

/** Subword tokenizers of other models: the library cuts, the pieces are found in the text afterwards. */
export function generalCodec(library: Library, file: TokenizerFile, parts: Parts): Codec {
  const byteLevel = hasStage(file.pre_tokenizer, 'ByteLevel');
  const { vocabulary, unknownId } = parts;
  return {
    vocabulary: vocabulary.map((token) => (byteLevel ? bytesToText(token) : surface(token))),
    unknownId,
    encode(text) {
      checkUnbroken(text);
      const { ids, tokens } = library.encode(text, { add_special_tokens: false });
      const checked = ids.map((id, index) =>
        id === undefined || id === unknownId || tokens[index] === undefined ? -1 : id,
      );
      const known = { ids: checked, tokens };
      return (byteLevel && !file.normalizer ? alignBytes(text, known) : null) ?? alignSurfaces(text, known);
    },
    writer: () => {
      const ids: number[] = [];
      let written = '';
      return (id) => {
        ids.push(id);
        const text = library.decode(ids, { clean_up_tokenization_spaces: false });
        // A character whose last byte is yet to come shows as U+FFFD: hold it back.
        const settled = text.replace(/\ufffd+$/u, '');
        const added = settled.slice(written.length);
        written = settled.length > written.length ? settled : written;
        return added;
      };
    },
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

/** GPT-2's table: printable bytes stand for themselves, the others for characters from U+0100. */
const kByteOfCharacter = ((): Map<string, number> => {
  const printable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const table = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; ++byte) table.set(String.fromCharCode(printable(byte) ? byte : next++), byte);
  return table;
})();

function bytesToText(token: string): string {
  const bytes = Array.from(token, (character) => kByteOfCharacter.get(character));
  if (bytes.includes(undefined)) return token;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes as number[]));
}

const kEncoder = new TextEncoder();

/** Bytes that a token stands for; one that the table does not spell (`<|endoftext|>`) stands for its own text. */
function byteLength(token: string): number {
  return Array.from(token).every((character) => kByteOfCharacter.has(character))
    ? token.length
    : kEncoder.encode(token).length;
}

/**
 * Byte-level tokens cover the UTF-8 form of the text without gaps, so lengths alone place them. A character whose
 * bytes several tokens share belongs to the first. Null if the lengths do not add up.
 */
function alignBytes(text: string, { ids, tokens }: Pieces): Pieces | null {
  const characters = Array.from(text);
  const lengths = characters.map((character) => kEncoder.encode(character).length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const covered = tokens.reduce((sum, token) => sum + byteLength(token), 0);
  const lead = covered - total; // 1 where a space was put in front
  if (lead !== 0 && lead !== 1) return null;
  let index = 0;
  let reached = lead;
  let target = 0;
  const pieces = tokens.map((token) => {
    target += byteLength(token);
    let piece = '';
    for (; index < characters.length && reached < target; ++index) {
      piece += characters[index];
      reached += lengths[index] ?? 0;
    }
    return piece;
  });
  return { ids, tokens: pieces };
}

/** A token's own characters, without the marks that say "a word begins here" or "goes on here". */
const surface = (token: string): string => token.replace(/^##/, '').replaceAll('\u2581', ' ');

const kSearchWindow = 200;

/** Looks each token's characters up in the text, in order; what lies between goes to the tokens not found. */
function alignSurfaces(text: string, { ids, tokens }: Pieces): Pieces {
  const pieces: Pieces = { ids: [], tokens: [] };
  let cursor = 0;
  let waiting: number[] = [];
  const settle = (to: number): void => {
    if (waiting.length === 0) addGap(pieces, text.slice(cursor, to));
    waiting.forEach((id, index) => {
      pieces.ids.push(id);
      pieces.tokens.push(index === 0 ? text.slice(cursor, to) : '');
    });
    waiting = [];
  };
  tokens.forEach((token, index) => {
    const id = ids[index] ?? -1;
    const wanted = id < 0 ? '' : surface(token ?? '');
    const found = findSurface(text, wanted, cursor);
    if (!found) {
      waiting.push(id);
      return;
    }
    settle(found.start);
    pieces.ids.push(id);
    pieces.tokens.push(text.slice(found.start, found.end));
    cursor = found.end;
  });
  settle(text.length);
  return pieces;
}

function findSurface(text: string, wanted: string, cursor: number): { start: number; end: number } | null {
  const ahead = text.slice(cursor, cursor + kSearchWindow);
  for (const form of [wanted, wanted.trim()]) {
    if (!form) continue;
    const exact = ahead.indexOf(form);
    const at = exact >= 0 ? exact : ahead.toLowerCase().indexOf(form);
    if (at >= 0) return { start: cursor + at, end: cursor + at + form.length };
  }
  return null;
}
