import { AttentionError } from './error.ts';

/**
 * The stations that `pattern` means, `*` standing for any layer. Throws `station_unknown` with the nearest name
 * that exists.
 */
export function expandStation(pattern: string, stations: readonly string[]): string[] {
  if (typeof pattern !== 'string') {
    throw new AttentionError(
      'argument_type',
      `station: found ${typeof pattern}, expected a name such as blocks.0.attn.pattern`,
    );
  }
  if (!pattern.includes('*')) {
    if (stations.includes(pattern)) return [pattern];
    throw unknownStation(pattern, stations);
  }
  const parts = pattern.split('.');
  const found = stations.filter((name) => {
    const words = name.split('.');
    return (
      words.length === parts.length &&
      parts.every((part, i) => part === words[i] || (part === '*' && /^\d+$/.test(words[i] ?? '')))
    );
  });
  if (found.length === 0) throw unknownStation(pattern, stations);
  return found;
}

export function expandStations(patterns: readonly string[], stations: readonly string[]): string[] {
  return [...new Set(patterns.flatMap((pattern) => expandStation(pattern, stations)))];
}

function unknownStation(pattern: string, stations: readonly string[]): AttentionError {
  const wildcard = pattern.includes('*');
  const candidates = wildcard ? [...new Set(stations.map((name) => name.replace(/\.\d+\./, '.*.')))] : stations;
  const nearest = nearestName(pattern, candidates);
  const hint = nearest ? `, the nearest station is "${nearest}"` : ', this model has no stations';
  return new AttentionError('station_unknown', `found no station "${pattern.slice(0, 100)}"${hint}`);
}

function nearestName(wanted: string, names: readonly string[]): string {
  const short = wanted.slice(0, 100);
  let nearest = '';
  let least = Infinity;
  for (const name of names) {
    const distance = editDistance(short, name);
    if (distance < least) {
      nearest = name;
      least = distance;
    }
  }
  return nearest;
}

/** Levenshtein's distance: insertions, deletions and substitutions that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; ++i) {
    const next = [i];
    for (let j = 1; j <= b.length; ++j) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
