// Rows as text, and what is said at the end of a run.
import { demandsOn, ratioOf, shareOf } from './targets.mjs';

const kWidth = { name: 26, form: 9, time: 19, last: 9 };

/** Three digits, whatever the magnitude. */
export const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const line = ([name, form, ...cells], times) =>
  [
    name.padEnd(kWidth.name),
    form.padEnd(kWidth.form),
    ...cells.map((cell, index) => String(cell).padEnd(index < times ? kWidth.time : kWidth.last)),
  ]
    .join(' ')
    .trimEnd();
const timeOf = (form) => (form?.best ? `${digits(form.best)} (${digits(form.median)})` : form?.failed ? 'FAILED' : '-');

/** `names` are the contenders', each a column. */
export const header = (names) =>
  [
    'milliseconds of one thread: best (median)',
    line(['case', 'form', ...names, 'peer/ours', 'target', 'of peak'], names.length),
  ].join('\n');

/** The lines of one case, as soon as it is measured. */
export function rowLines(row, rows, build, names) {
  return ['io', 'resident']
    .filter((form) => names.some((name) => row.forms[name]?.[form]?.best || row.forms[name]?.[form]?.failed))
    .map((form) => {
      const ratio = ratioOf(row, form);
      const share = shareOf(row, form);
      const demands = names.includes('before')
        ? []
        : demandsOn(row, rows, build).filter((demand) => demand.form === form);
      return line(
        [
          row.name,
          form,
          ...names.map((name) => timeOf(row.forms[name]?.[form])),
          ratio ? ratio.toFixed(2) : '-',
          demands.map(({ wanted }) => wanted.toFixed(2)).join(' ') || '-',
          share ? `${(100 * share).toFixed(0)} %` : '-',
        ],
        names.length,
      );
    });
}

/** What was chosen, left out or went wrong, one line each. */
export const remarks = (rows) =>
  rows.flatMap((row) =>
    Object.entries(row.forms).flatMap(([name, { note, ...forms }]) => [
      ...(note ? [`${row.name}, ${name}: ${note}`] : []),
      ...Object.entries(forms).flatMap(([form, { failed }]) =>
        failed ? [`${row.name}, ${name} ${form}: ${failed}`] : [],
      ),
    ]),
  );

/** Rows of ours that could not be measured, each with the reason. */
const absences = (rows) =>
  rows.flatMap((row) =>
    ['io', 'resident'].flatMap((form) => {
      const { absent } = row.forms.ours?.[form] ?? {};
      return absent ? [`${row.name} ${form}: ${absent}`] : [];
    }),
  );

/** Ours as texts grow: attention per score is flat if its cost grows with the square of the tokens and no faster. */
function growth(rows) {
  const best = (row) => row.forms.ours?.io?.best;
  const measured = rows.filter(best);
  return [
    ...measured
      .filter(({ scores }) => scores)
      .map((row) => `${row.name.padEnd(24)} ${((1e6 * best(row)) / row.scores).toFixed(2)} ns a score`),
    ...measured
      .filter(({ name }) => name.includes(' decode '))
      .map((row) => `${row.name.padEnd(24)} ${best(row).toFixed(3)} ms a token`),
  ];
}

export function missedTargets(rows, build) {
  return rows.flatMap((row) =>
    demandsOn(row, rows, build)
      .filter(({ found, wanted }) => found === null || found < wanted)
      .map(({ form, what, found, wanted }) => {
        const shown = found === null ? 'not measured' : found.toFixed(2);
        return `${`${row.name} ${form}`.padEnd(36)} ${what}: ${shown}, target ${wanted.toFixed(2)}`;
      }),
  );
}

const section = (title, lines) => (lines.length > 0 ? [`\n${title}`, ...lines.map((text) => `  ${text}`)] : []);

export const summary = (rows, build) =>
  [
    ...section('Remarks', remarks(rows)),
    ...section('Of ours not measured', absences(rows)),
    ...section('Growth of ours', growth(rows)),
    ...section('Below target', missedTargets(rows, build)),
  ].join('\n');
