// Ratios of an earlier run, to see what fell since. Ratios and not times: they hold from machine to machine.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ratioOf, shareOf } from './targets.mjs';

const kFile = new URL('baseline.json', import.meta.url);
/** Two runs on one machine differ by about 8 %. */
const kFall = 0.9;

const read = () => (existsSync(kFile) ? JSON.parse(readFileSync(kFile, 'utf8')) : {});

function figuresOf(rows) {
  const figures = {};
  const keep = (name, value) => {
    if (value) figures[name] = Number(value.toFixed(3));
  };
  for (const row of rows) {
    keep(row.name, ratioOf(row));
    keep(`${row.name}, resident, of peak`, shareOf(row, 'resident'));
  }
  return figures;
}

/** Lines about what fell by more than a tenth since the baseline of `key` (engine and build). */
export function compareWithBaseline(key, rows) {
  const before = read()[key];
  if (!before) return [`there is no baseline for ${key}; npm run bench -- --save-baseline makes one`];
  const now = figuresOf(rows);
  return Object.entries(now)
    .filter(([name, value]) => value < kFall * before[name])
    .map(([name, value]) => `${name}: ${before[name]} -> ${value}`);
}

/** Writes the figures of this run; rows that were not run keep theirs. */
export function saveBaseline(key, rows) {
  const all = read();
  all[key] = { ...all[key], ...figuresOf(rows) };
  writeFileSync(kFile, `${JSON.stringify(all, null, 2)}\n`);
}
