/** Characters that show nothing (or turn the text around them) and what is shown in their place. */
const glyphs: Record<string, string> = {
  ' ': '␣',
  '\n': '⏎',
  '\r': '␍',
  '\t': '⇥',
  '\u007f': '␡',
  '\u00a0': '⍽',
  '\u3000': '□',
};

function isInvisible(point: number): boolean {
  if (point >= 0x80 && point <= 0x9f) return true; // C1 controls
  if (point >= 0x200b && point <= 0x200f) return true; // zero width, direction marks
  if (point >= 0x2028 && point <= 0x202e) return true; // separators, direction overrides
  if (point >= 0x2060 && point <= 0x206f) return true; // invisible operators, direction isolates
  return (point >= 0xd800 && point <= 0xdfff) || point === 0xad || point === 0xfeff || point === 0xfffd;
}

function visibleCharacter(character: string): string {
  const glyph = glyphs[character];
  if (glyph !== undefined) return glyph;
  const point = character.codePointAt(0)!;
  if (point < 0x20) return String.fromCodePoint(0x2400 + point);
  return isInvisible(point) && point !== 0x200d ? `⟨${point.toString(16).toUpperCase()}⟩` : character;
}

/**
 * A token as it is shown: spaces, line ends and control characters get glyphs; an empty token is `∅`. The joiner shows only
 * where it joins nothing: inside an emoji it keeps the parts together.
 */
export function visibleToken(token: string): string {
  if (token === '') return '∅';
  return Array.from(token, visibleCharacter)
    .join('')
    .replace(/^\u200d|\u200d$/g, '⟨200D⟩');
}

/** Rough advance of one character, in em; enough to lay out labels without a screen. */
function advanceOf(character: string): number {
  const point = character.codePointAt(0)!;
  if (point >= 0x1f000) return 1.25;
  if (
    (point >= 0x2e80 && point <= 0xa4cf) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff)
  )
    return 1;
  if (point >= 0xfe30 && point <= 0xff60) return 1;
  if (point >= 0x2190 && point < 0x2e80) return 0.9;
  if ("iljtfrI.,:;'|!()[]".includes(character)) return 0.34;
  if ('mwMW@%'.includes(character)) return 0.88;
  return point >= 0x41 && point <= 0x5a ? 0.67 : 0.57;
}

/** Rough width of a line of text, in pixels at the given font size. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text) width += advanceOf(character);
  return width * size;
}

let segmenter: Intl.Segmenter | undefined;

/** What a reader calls one letter: an emoji with its parts, a letter with its accents. */
export function lettersOf(text: string): string[] {
  if (text.length < 2) return [text];
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Whether all of a text is written in full-width characters, which stand upright in a column too. */
export function isFullWidth(text: string): boolean {
  return text !== '' && Array.from(text).every((character) => advanceOf(character) === 1);
}

/** Cuts with `…` what is wider than `width` pixels, never inside a letter. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  let kept = '';
  for (const letter of lettersOf(text)) {
    if (textWidth(`${kept}${letter}…`, size) > width) break;
    kept += letter;
  }
  return `${kept}…`;
}
