import type { Build } from '../../src/engine/types.ts';
import type { Measurement } from './cases.ts';
import type { MessageKey } from './messages.ts';
import type { Outcome } from './protocol.ts';

/** Milliseconds that one line of the table may take. */
export const budgets = { quick: 240, full: 1040 } as const;
export type Length = keyof typeof budgets;

/** What a run has found so far. */
export interface Results {
  /** In the order of the measurements; `undefined` where none has been made. */
  outcomes: readonly (Outcome | undefined)[];
  /** Operations per second; 0 before it was measured. */
  peak: number;
  build: Build | null;
  /** The smallest step of the worker's clock, in milliseconds. */
  clock: number;
  /** When the run began. */
  date: Date | null;
}

export interface State {
  length: Length;
  measurements: readonly Measurement[];
  unknown: readonly string[];
  /** Whether every row there is will be measured. */
  all: boolean;
  phase: 'idle' | 'running' | 'done' | 'cancelled' | 'failed';
  /** Which measurement is under way; -1 while there is none. */
  current: number;
  results: Results;
  failure: { code: string; message: string } | null;
  notice: MessageKey | null;
  /** What could not be copied, to be copied by hand. */
  copy: string;
}

export const noResults: Results = { outcomes: [], peak: 0, build: null, clock: 0, date: null };

export const isTimed = (outcome: Outcome | undefined): outcome is Extract<Outcome, { best: number }> =>
  outcome !== undefined && 'best' in outcome;

/** Operations per second of a measurement; `null` where its case counts none. */
export function rateOf({ row }: Measurement, best: number): number | null {
  return row.flops > 0 ? (row.flops * 1e3) / best : null;
}

/** Milliseconds that the peak takes before each line. */
const peakTime = 45;

/** About how long a run takes, in seconds; the warm-up of the peak is worth a line. */
export function secondsOf({ measurements }: State, length: Length): number {
  return Math.round(((measurements.length + 1) * (budgets[length] + peakTime)) / 1e3);
}
