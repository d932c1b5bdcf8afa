// What a row must reach: targets.json read against the measured times.
import { readFileSync } from 'node:fs';

const kTargets = JSON.parse(readFileSync(new URL('targets.json', import.meta.url), 'utf8'));
const kPeers = ['ort', 'tfjs', 'before'];

export const coldTargets = kTargets.cold;

/** Time of the best peer over ours in one form; null where either is absent. */
export function ratioOf(row, form = 'io') {
  const ours = row.forms.ours?.[form]?.best;
  const best = Math.min(...kPeers.map((peer) => row.forms[peer]?.[form]?.best ?? Infinity));
  return ours && best < Infinity ? best / ours : null;
}

/** Share of the limit that our form reaches; both were measured in turns. */
export function shareOf(row, form) {
  const best = row.forms.ours?.[form]?.best;
  return best && row.flops ? row.flops / best / row.peak : null;
}

/**
 * The demands on `row`: `[{form, what, found, wanted}]`, `found` null where it could not be measured. The build without fused
 * instructions owes its share of each.
 */
export function demandsOn(row, rows, build) {
  const factor = build === 'simd' ? kTargets.simd : 1;
  return ['io', 'resident'].flatMap((form) => {
    const target = kTargets[form][row.name];
    if (target === undefined) return [];
    if (typeof target === 'number') {
      return [{ form, what: 'best peer / ours', found: ratioOf(row), wanted: target * factor }];
    }
    const { case: other = row.name, ...wanted } = target;
    return Object.entries(wanted).map(([name, least]) => {
      if (name === 'peak') return { form, what: 'of the peak', found: shareOf(row, form), wanted: least * factor };
      const theirs = rows.find(({ name: known }) => known === other)?.forms[name]?.io?.best;
      const ours = row.forms.ours?.io?.best;
      return { form, what: `${name} / ours`, found: theirs && ours ? theirs / ours : null, wanted: least * factor };
    });
  });
}
