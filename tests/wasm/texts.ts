import { randomFloats } from './folder.ts';

/** The text without its blanks, which word tokenizers mean to drop. */
export const dense = (text: string) => text.replace(/\s+/gu, '');

/** What visitors and their keyboards come up with. */
export const kNastyTexts = [
  'plain words',
  '我爱过他。anna loved ben .',
  '👩‍👩‍👧 family 🇨🇳',
  'lone \ud800 high, low \udc00 end\udfff',
  'control \u0000\u0007\u001b[31m and \u200b zero width \ufeff bom',
  'İstanbul ΣΑΣ ﬁ ﬂ e\u0301 é 각 \u1100\u1161\u11a8',
  '\u202eright to left\u202c אבג',
  'a\r\nb\tc\u00a0d\u3000e',
  '[UNK] <unk> <|endoftext|> ##known',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿'.repeat(3),
];

/** Texts of random code units from several alphabets, the same for the same seed. */
export function randomTexts(count: number, seed: number): string[] {
  const ranges = [
    [0x61, 26],
    [0x20, 95],
    [0x4e00, 500],
    [0x300, 40],
    [0xd800, 2048],
    [0, 32],
    [0x2000, 80],
    [0x1100, 256],
    [0x3000, 60],
  ] as const;
  const numbers = randomFloats(count * 32, seed, 0.5).map((x) => x + 0.5);
  return Array.from({ length: count }, (_, text) => {
    const own = numbers.subarray(text * 32, text * 32 + 32);
    const [first, span] = ranges[Math.floor(own[0]! * ranges.length)]!;
    const [otherFirst, otherSpan] = ranges[Math.floor(own[1]! * ranges.length)]!;
    const units = Array.from(own.subarray(2), (x, i) =>
      i % 3 ? first + Math.floor(x * span) : otherFirst + Math.floor(x * otherSpan),
    );
    return String.fromCharCode(...units);
  });
}
