/** Tokens that stand for bytes, and how bytes are shown that are no whole character. */

/** GPT-2's table: printable bytes stand for themselves, the others for characters from U+0100. */
const kByteOfCharacter = ((): Map<string, number> => {
  const printable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const table = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; ++byte) table.set(String.fromCharCode(printable(byte) ? byte : next++), byte);
  return table;
})();

const kEncoder = new TextEncoder();
export const utf8 = (text: string): Uint8Array => kEncoder.encode(text);

/** The bytes of a byte-level token; one that the table does not spell (`<|endoftext|>`) stands for its own text. */
export function bytesOfLevel(token: string): Uint8Array {
  const bytes = Array.from(token, (character) => kByteOfCharacter.get(character));
  return bytes.includes(undefined) ? utf8(token) : Uint8Array.from(bytes as number[]);
}

/** The byte of a token such as `<0xE4>`, which stands in for a character that a vocabulary lacks; else undefined. */
export function fallbackByte(token: string): number | undefined {
  const [, digits] = /^<0x([0-9A-F]{2})>$/.exec(token) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

/** Bytes that are no whole character, as they are shown: `⟨E4 BD⟩`; '' for none. */
export function byteMark(bytes: Iterable<number>): string {
  const shown = Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0'));
  return shown.length > 0 ? `⟨${shown.join(' ')}⟩` : '';
}

export const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Bytes of the character that begins with `lead`; 0 for what begins none. */
function lengthFrom(lead: number): number {
  if (lead < 0x80) return 1;
  return lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
}

const kLeast = [0, 0, 0x80, 0x800, 0x10000];

/** The character in `bytes`, which hold as many as its first one announces; null if they are none. */
function characterIn(bytes: Uint8Array): string | null {
  const [lead = 0, ...rest] = bytes;
  if (!rest.every(isContinuation)) return null;
  const point = rest.reduce(
    (sum, byte) => sum * 64 + (byte & 0x3f),
    rest.length > 0 ? lead & (0x3f >> rest.length) : lead,
  );
  const isNone = point < kLeast[bytes.length]! || point > 0x10ffff || (point >= 0xd800 && point < 0xe000);
  return isNone ? null : String.fromCodePoint(point);
}

/** UTF-8 as text, what is none as `byteMark`s; `open` is the beginning of a character at the end, which more bytes may finish. */
export function readUtf8(bytes: Uint8Array): { text: string; open: Uint8Array } {
  let text = '';
  let stray: number[] = [];
  const settle = (): void => {
    text += byteMark(stray);
    stray = [];
  };
  for (let at = 0; at < bytes.length;) {
    const length = lengthFrom(bytes[at]!);
    const piece = bytes.subarray(at, at + length);
    if (piece.length < length && piece.subarray(1).every(isContinuation)) {
      settle();
      return { text, open: piece.slice() };
    }
    const character = length > 0 && piece.length === length ? characterIn(piece) : null;
    if (character === null) {
      stray.push(bytes[at++]!);
    } else {
      settle();
      text += character;
      at += length;
    }
  }
  settle();
  return { text, open: new Uint8Array() };
}

/** What bytes say: characters, and marks for what is none. */
export function showBytes(bytes: Uint8Array): string {
  const { text, open } = readUtf8(bytes);
  return text + byteMark(open);
}
