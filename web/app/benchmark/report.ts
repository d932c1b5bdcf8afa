import type { Measurement } from './cases.ts';
import type { Say } from './messages.ts';
import { isTimed, rateOf, type State } from './state.ts';

const none = '–';

/** Three digits that say something. */
export function milliseconds(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

export const gigaflops = (rate: number): string => (rate / 1e9).toFixed(1);
export const percent = (share: number): string => `${(100 * share).toFixed(0)}%`;

/** `64 × 64, held`: a line within its kind. */
export function labelOf({ row, form }: Measurement, say: Say): string {
  return row.forms.length > 1 ? `${row.label}, ${say(form)}` : row.label;
}

/** `Matrix product: 64 × 64, held`. */
export function fullLabelOf(measurement: Measurement, say: Say): string {
  return `${say(measurement.row.kind)}: ${labelOf(measurement, say)}`;
}

/** The cells of a timed line after its name. */
export function cellsOf(measurement: Measurement, best: number, median: number, peak: number): string[] {
  const rate = rateOf(measurement, best);
  const counted = rate === null ? [none, none] : [gigaflops(rate), peak > 0 ? percent(rate / peak) : none];
  return [milliseconds(best), milliseconds(median), ...counted];
}

/** Names and values of what was measured on. */
export function factsOf({ results: { build, clock, date } }: State, lang: string, say: Say): [string, string][] {
  const facts: [string, string][] = [
    [say('threads'), say('threadsValue', { count: navigator.hardwareConcurrency })],
    [say('browser'), navigator.userAgent],
  ];
  if (build) {
    facts.unshift([say('build'), say(`build.${build}`)]);
    facts.push([say('clock'), say('clockValue', { step: Number(clock.toPrecision(2)) })]);
  }
  if (date) {
    const format = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' });
    facts.push([say('date'), format.format(date)]);
  }
  return facts;
}

/** What was found, as Markdown. */
export function toMarkdown(state: State, lang: string, say: Say): string {
  const { measurements, results } = state;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const heading = (['case', 'best', 'median', 'flops', 'share'] as const).map((key) => say(key));
  const rows = measurements.flatMap((measurement, index) => {
    const outcome = results.outcomes[index];
    if (!outcome) return [];
    const name = fullLabelOf(measurement, say);
    if (!isTimed(outcome)) return [line([name, wrongText(outcome, say), '', '', ''])];
    return [line([name, ...cellsOf(measurement, outcome.best, outcome.median, results.peak)])];
  });
  return [
    `**Attention Playground**`,
    '',
    ...factsOf(state, lang, say).map(([name, value]) => `- ${name}: ${value}`),
    `- ${say('peak')}: ${gigaflops(results.peak)} GFLOP/s`,
    '',
    line(heading),
    line(['---', '---:', '---:', '---:', '---:']),
    ...rows,
    '',
  ].join('\n');
}

export function wrongText({ error, limit }: { error: number; limit: number }, say: Say): string {
  return say('wrong', { error: error.toExponential(1), limit: limit.toExponential(0) });
}

/** What was found, as JSON: times in milliseconds, rates in operations per second. */
export function toJson({ length, phase, measurements, results }: State): string {
  const rows = measurements.flatMap((measurement, index) => {
    const outcome = results.outcomes[index];
    if (!outcome) return [];
    const { row, form } = measurement;
    const flopsPerSecond = isTimed(outcome) ? rateOf(measurement, outcome.best) : null;
    const shareOfPeak = flopsPerSecond === null ? null : flopsPerSecond / results.peak;
    return [{ case: row.name, form, ...outcome, flopsPerSecond, shareOfPeak }];
  });
  const { build, clock, date, peak } = results;
  const { hardwareConcurrency, userAgent } = navigator;
  const machine = { build, hardwareConcurrency, userAgent, clock, date };
  return `${JSON.stringify({ ...machine, length, complete: phase === 'done', peakFlopsPerSecond: peak, rows }, null, 2)}\n`;
}
