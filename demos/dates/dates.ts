/** How dates are read, by the rules that the model was taught (spellings.py): what its answer is judged by. */

export type Part = 'year' | 'month' | 'day';
export const kParts: readonly Part[] = ['year', 'month', 'day'];

/** A rule that had to decide what the text leaves open. */
export type Rule = 'slash-us' | 'slash-over-12' | 'dots' | 'iso' | 'twenties' | 'nineties';

export interface ReadDate {
  /** As the model should write it: `2026-11-21`. */
  iso: string;
  /** The characters of each part, `[from, to)`. */
  spans: Record<Part, readonly [number, number]>;
  rules: Rule[];
  /** Whether the calendar has such a day. */
  exists: boolean;
}

/** Groups that hold a part with what belongs to it: `21st`, `Nov.`, `'26`. */
const kWhole = { year: 'wholeYear', month: 'wholeMonth', day: 'wholeDay' } as const;
const kMonths = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const kMonth =
  '(?<wholeMonth>(?<month>january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\\.?)';
const kDay = '(?<!\\d)(?<wholeDay>(?<day>\\d{1,2})(?:st|nd|rd|th)?)';
const kYear = "(?<wholeYear>'?(?<year>\\d{4}|\\d{2}))(?!\\d)";
const kHanzi = '[\\d〇零一二三四五六七八九十廿卅]';

/** Each form with the rule it needs; the first that fits counts. Numbers without names are `first` and `second`. */
const kForms: readonly { form: RegExp; rule?: Rule }[] = [
  { form: new RegExp(`(?<year>\\d{4})[\\s-]*${kMonth}[\\s.-]*(?<day>\\d{1,2})(?!\\d)`, 'd') },
  { form: new RegExp(`${kDay}\\s*(?:of\\s+)?[\\s/,-]*${kMonth}[\\s./,-]*${kYear}`, 'd') },
  { form: new RegExp(`${kMonth}[\\s./-]*${kDay}[\\s/,-]+${kYear}`, 'd') },
  {
    form: new RegExp(`(?<year>${kHanzi}{2,4})\\s*年\\s*(?<month>${kHanzi}{1,3})\\s*月\\s*(?<day>${kHanzi}{1,3})`, 'd'),
  },
  { form: /(?<!\d)(?<year>\d{4})\s*[/.-]\s*(?<month>\d\d?)\s*[/.-]\s*(?<day>\d\d?)(?!\d)/d, rule: 'iso' },
  { form: /(?<!\d)(?<year>\d{4})\s+(?<month>\d\d?)\s+(?<day>\d\d?)(?!\d)/d },
  { form: /(?<!\d)(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)(?!\d)/d },
  { form: /(?<!\d)(?<first>\d\d?)\s*\/\s*(?<second>\d\d?)\s*\/\s*(?<year>\d{4}|\d\d)(?!\d)/d },
  { form: /(?<!\d)(?<day>\d\d?)\s*[.-]\s*(?<month>\d\d?)\s*[.-]\s*(?<year>\d{4}|\d\d)(?!\d)/d, rule: 'dots' },
];

/** Half-width and lower case, one character for each token. */
function plain(token: string): string {
  if (token === '’') return "'";
  const simple = token.normalize('NFKC').toLowerCase();
  return simple.length === 1 ? simple : '\0';
}

/** `11`, `05`, `十一`, `二十一`, `廿一` as a number; years digit by digit: `二〇二六`. */
function numberOf(text: string): number {
  const digit = (character: string): number => '〇一二三四五六七八九'.indexOf(character.replace('零', '〇'));
  if (/^\d+$/.test(text)) return Number(text);
  if (!/[十廿卅]/.test(text)) return Array.from(text).reduce((sum, character) => 10 * sum + digit(character), 0);
  const [tens = '', ones = ''] = text.replace('廿', '二十').replace('卅', '三十').split('十');
  return 10 * (tens === '' ? 1 : digit(tens)) + (ones === '' ? 0 : digit(ones));
}

const monthOf = (text: string): number => 1 + kMonths.indexOf(text.slice(0, 3)) || numberOf(text);

/** Which of two numbers with slashes is the month. */
function bySlashes(first: string): { month: 'first' | 'second'; day: 'first' | 'second'; rule: Rule } {
  return Number(first) > 12
    ? { day: 'first', month: 'second', rule: 'slash-over-12' }
    : { month: 'first', day: 'second', rule: 'slash-us' };
}

function fullYear(text: string): { year: number; rules: Rule[] } {
  const year = numberOf(text);
  if (text.length > 2) return { year, rules: [] };
  return year >= 69 ? { year: 1900 + year, rules: ['nineties'] } : { year: 2000 + year, rules: ['twenties'] };
}

/** The date that the characters of a text mean, or null if this page knows no rule for them. */
export function readDate(characters: readonly string[]): ReadDate | null {
  const text = characters.map(plain).join('');
  for (const { form, rule } of kForms) {
    const match = form.exec(text);
    if (!match) continue;
    const { groups = {}, indices } = match;
    const slashes = groups.first === undefined ? null : bySlashes(groups.first);
    const names = { year: 'year', month: slashes?.month ?? 'month', day: slashes?.day ?? 'day' };
    const span = (part: Part) => indices!.groups![kWhole[part]] ?? indices!.groups![names[part]]!;
    const { year, rules } = fullYear(groups.year!);
    const [month, day] = [monthOf(groups[names.month]!), numberOf(groups[names.day]!)];
    if (month < 1 || month > 12 || day < 1 || day > 31) return null;
    return {
      iso: [String(year).padStart(4, '0'), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('-'),
      spans: { year: span('year'), month: span('month'), day: span('day') },
      rules: [...(slashes ? [slashes.rule] : rule ? [rule] : []), ...rules],
      exists: new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day,
    };
  }
  return null;
}

/** The part of the answer that a step writes; null for its dashes and its end. */
export function partOfStep(step: number): Part | null {
  if (step < 4) return 'year';
  if (step === 5 || step === 6) return 'month';
  return step === 8 || step === 9 ? 'day' : null;
}

/** Year, month and day of an answer, as they stand in it. */
export function partsOf(answer: string): Record<Part, string> {
  const [year = '', month = '', day = ''] = answer.split('-');
  return { year, month, day };
}
