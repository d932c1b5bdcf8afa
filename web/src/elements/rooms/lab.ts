import type { Encoding, Normalisation, Scoring, Structure, WorkerEngine } from '../../engine/types.ts';
import { sharedEngine } from '../shared-engine.ts';

/** The engine and its tables: everything that menus are made of. */
export interface Lab {
  engine: WorkerEngine;
  scoring: readonly Scoring[];
  normalisation: readonly Normalisation[];
  structure: readonly Structure[];
  encodings: readonly Encoding[];
}

let opened: Promise<Lab> | null = null;

/** One lab for all sections; a failed start may be tried again. */
export function openLab(): Promise<Lab> {
  opened ??= start().catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

async function start(): Promise<Lab> {
  const engine = await sharedEngine();
  const rows = await engine.variants();
  return {
    engine,
    scoring: rows.filter((row) => row.axis === 'scoring'),
    normalisation: rows.filter((row) => row.axis === 'normalisation'),
    structure: rows.filter((row) => row.axis === 'structure'),
    encodings: await engine.encodings(),
  };
}
