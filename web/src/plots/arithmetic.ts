import { stepsOf } from './arithmeticSteps.ts';
import type { ArithmeticData, Steps, Term } from './arithmeticSteps.ts';
import { isolated, make } from './picture.ts';
import { fontStack, pageColour } from './theme.ts';
import { visibleToken } from './tokens.ts';
import type { Lang, Theme } from './types.ts';
import { decimal, percent, say } from './words.ts';
import type { Word } from './words.ts';

export type { ArithmeticData } from './arithmeticSteps.ts';

export interface ArithmeticOptions {
  /** The two tokens of the cell. */
  query: string;
  keyToken: string;
  /** Terms of q · k that are shown by themselves. */
  top?: number;
  lang?: Lang;
  theme?: Theme;
}

export interface Arithmetic extends HTMLElement {
  update(data: ArithmeticData, options: ArithmeticOptions): void;
}

type Style = Record<string, string>;

interface Pen {
  lang: Lang;
  colour(role: string): string;
}

function textOf(text: string, style: Style = {}): HTMLElement {
  return Object.assign(make('span', style), { textContent: text });
}

/** `12.3 × −0.4`: numbers and signs stay in this order in any script. */
function numbers(text: string, style: Style = {}): HTMLElement {
  return textOf(text, { direction: 'ltr', unicodeBidi: 'isolate', fontVariantNumeric: 'tabular-nums', ...style });
}

/** A bar to the right for what raises the score, to the left for what lowers it. */
function termBar(term: Term, largest: number, pen: Pen): HTMLElement {
  const share = largest === 0 ? 0 : Math.abs(term.product) / largest;
  const box = make('div', { position: 'relative', height: '8px', minWidth: '48px' }, { 'aria-hidden': 'true' });
  const up = term.product >= 0;
  box.append(
    make('div', {
      position: 'absolute',
      left: '50%',
      top: '-3px',
      bottom: '-3px',
      width: '1px',
      background: pen.colour('faint'),
    }),
    make('div', {
      position: 'absolute',
      top: '0',
      bottom: '0',
      [up ? 'left' : 'right']: '50%',
      width: `${50 * share}%`,
      borderRadius: '2px',
      background: pen.colour(up ? 'accent' : 'less'),
    }),
  );
  return box;
}

function cell(name: 'td' | 'th', content: HTMLElement, style: Style = {}): HTMLElement {
  const element = make(name, {
    padding: '2px 0 2px 10px',
    fontWeight: '400',
    textAlign: 'end',
    whiteSpace: 'nowrap',
    ...style,
  });
  element.append(content);
  return element;
}

function termRow(term: Term, largest: number, pen: Pen): HTMLElement {
  const row = make('tr');
  const head = cell('th', numbers(String(term.dimension), { color: pen.colour('soft') }), {
    paddingInlineStart: '0',
    width: '2em',
  });
  head.setAttribute('scope', 'row');
  row.append(
    head,
    cell('td', numbers(`${decimal(term.q, 3)} × ${decimal(term.k, 3)}`)),
    cell('td', numbers(decimal(term.product, 3), { fontWeight: '600' })),
    cell('td', termBar(term, largest, pen), { width: '34%' }),
  );
  return row;
}

function sumRow(label: string, value: number, pen: Pen, strong: boolean): HTMLElement {
  const row = make('tr');
  const edge: Style = strong ? { borderTop: `1px solid ${pen.colour('faint')}` } : {};
  const head = cell('th', textOf(label, { color: pen.colour('soft') }), { ...edge, paddingInlineStart: '0' });
  head.setAttribute('scope', 'row');
  head.setAttribute('colspan', '2');
  row.append(head, cell('td', numbers(decimal(value, 3), { fontWeight: '600' }), edge), cell('td', textOf('')));
  return row;
}

function termTable(steps: Steps, pen: Pen): HTMLElement {
  const table = make('table', { borderCollapse: 'collapse', width: '100%' });
  const caption = make('caption', { textAlign: 'start', color: pen.colour('soft'), paddingBottom: '4px' });
  caption.textContent = say(pen.lang, 'terms');
  const largest = Math.abs(steps.terms[0]?.product ?? 0);
  table.append(caption, ...steps.terms.map((term) => termRow(term, largest, pen)));
  if (steps.otherCount > 0)
    table.append(sumRow(say(pen.lang, 'otherTerms', { count: steps.otherCount }), steps.otherSum, pen, false));
  table.append(sumRow('q · k', steps.dot, pen, true));
  return table;
}

interface Line {
  name: Word;
  working: string;
  result?: string;
}

/** The steps after q · k, each with its working and its result. */
function linesOf(steps: Steps, { scale, temperature = 1 }: ArithmeticData, dHead: number, lang: Lang): Line[] {
  const usual = Math.abs(scale * Math.sqrt(dHead) - 1) < 1e-6;
  const lines: Line[] = [
    {
      name: 'scaled',
      working: usual ? `${decimal(steps.dot, 3)} / √${dHead}` : `${decimal(steps.dot, 3)} × ${decimal(scale, 4)}`,
      result: decimal(steps.scaled, 3),
    },
  ];
  if (temperature !== 1)
    lines.push({
      name: 'sharpened',
      working: `${decimal(steps.scaled, 3)} / ${decimal(temperature, 2)}`,
      result: decimal(steps.sharpened, 3),
    });
  if (steps.added !== 0)
    lines.push({
      name: 'added',
      working: `${decimal(steps.sharpened, 3)} + ${decimal(steps.added, 3)}`,
      result: decimal(steps.score, 3),
    });
  lines.push({
    name: 'mask',
    working: say(lang, steps.masked ? 'maskClosed' : 'maskOpen'),
    result: decimal(steps.score, 3),
  });
  if (steps.largest === -Infinity)
    lines.push({ name: 'share', working: say(lang, 'allMasked'), result: percent(steps.share) });
  else
    lines.push({
      name: 'share',
      working: `exp(${decimal(steps.score, 3)} − ${steps.largest < 0 ? `(${decimal(steps.largest, 3)})` : decimal(steps.largest, 3)}) / ${decimal(steps.sum, 3)}`,
      result: percent(steps.share),
    });
  if (steps.changed)
    lines.push({ name: 'changed', working: `${percent(steps.share)} →`, result: percent(steps.weight) });
  return lines;
}

function lineRow({ name, working, result = '' }: Line, pen: Pen, last: boolean): HTMLElement {
  const row = make('tr');
  const edge = { borderTop: `1px solid ${pen.colour('faint')}`, paddingTop: '5px', paddingBottom: '5px' };
  const head = cell('th', textOf(say(pen.lang, name), { color: pen.colour('soft') }), {
    ...edge,
    textAlign: 'start',
    paddingInlineStart: '0',
  });
  head.setAttribute('scope', 'row');
  const strong: Style = last
    ? { fontWeight: '700', color: pen.colour('accent'), fontSize: '1.15em' }
    : { fontWeight: '600' };
  row.append(
    head,
    cell('td', numbers(working), { ...edge, whiteSpace: 'normal' }),
    cell('td', numbers(result, strong), edge),
  );
  return row;
}

function headline({ query, keyToken }: ArithmeticOptions, steps: Steps, pen: Pen): HTMLElement {
  const line = make('div', {
    display: 'flex',
    gap: '0.5em',
    alignItems: 'baseline',
    flexWrap: 'wrap',
    fontSize: '1.15em',
    fontWeight: '600',
    paddingBottom: '8px',
  });
  const value = numbers(steps.masked ? say(pen.lang, 'masked') : percent(steps.weight), {
    color: pen.colour('accent'),
    marginInlineStart: 'auto',
  });
  line.append(
    isolated(visibleToken(query)),
    textOf('→', { color: pen.colour('soft') }),
    isolated(visibleToken(keyToken)),
    value,
  );
  return line;
}

function fill(host: HTMLElement, data: ArithmeticData, options: ArithmeticOptions): void {
  const { top = 5, lang = 'en', theme = 'light' } = options;
  const pen: Pen = { lang, colour: (role) => pageColour(role, theme) };
  const steps = stepsOf(data, top);
  const lines = linesOf(steps, data, data.q.length, lang);
  const table = make('table', { borderCollapse: 'collapse', width: '100%', marginTop: '8px' });
  table.append(...lines.map((line, index) => lineRow(line, pen, index === lines.length - 1)));
  host.style.color = pen.colour('ink');
  host.setAttribute('role', 'group');
  host.setAttribute('aria-label', say(lang, 'arithmetic'));
  host.replaceChildren(headline(options, steps, pen), termTable(steps, pen), table);
}

/** The real numbers of one cell, from q · k term by term over scale and mask to the softmax's share. Throws `RangeError` on lengths that do not fit. */
export function arithmetic(data: ArithmeticData, options: ArithmeticOptions): Arithmetic {
  const host = make('div', { fontFamily: `var(--attn-font, ${fontStack})`, fontSize: '13px', lineHeight: '1.4' });
  fill(host, data, options);
  return Object.assign(host, {
    update(next: ArithmeticData, nextOptions: ArithmeticOptions) {
      fill(host, next, nextOptions);
    },
  });
}
