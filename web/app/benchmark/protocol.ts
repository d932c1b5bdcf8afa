import type { Build } from '../../src/engine/types.ts';
import type { Form } from './cases.ts';

/** Asks the worker to measure, in this order; each measurement may take about `budget` milliseconds. */
export interface Order {
  measurements: readonly { name: string; form: Form }[];
  budget: number;
}

/** What came of a measurement: times of one call in milliseconds, or why there are none. */
export type Outcome = { best: number; median: number; rounds: number } | { error: number; limit: number };

/** What the worker says while it works. */
export type Report =
  /** `clock`: the smallest step of its clock, in milliseconds. */
  | { kind: 'started'; build: Build; clock: number }
  /** Operations per second; a later one replaces an earlier one. */
  | { kind: 'peak'; flops: number }
  | { kind: 'begun'; index: number }
  | { kind: 'measured'; index: number; outcome: Outcome }
  | { kind: 'done' }
  | { kind: 'failed'; code: string; message: string };
