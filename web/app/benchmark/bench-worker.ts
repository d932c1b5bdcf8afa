/** The worker that measures: operators are called on its own thread, so that the page stays free. */
import { init } from '../../src/engine/browser.ts';
import type { LocalEngine } from '../../src/engine/engine.ts';
import type { Operand } from '../../src/engine/types.ts';
import { cases, type Form } from './cases.ts';
import { errorLimit, errorOf, samplesOf } from './check.ts';
import { problemOf, type Problem } from './problem.ts';
import type { Order, Outcome, Report } from './protocol.ts';
import { clockStep, measureRounds, roundsOf, warmUp } from './timing.ts';

interface WorkerScope {
  postMessage(report: Report): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Order>) => void): void;
}

/** A round repeats its call for so many milliseconds, or for so many steps of a coarse clock, if its budget allows. */
const shortestRound = 20;
const stepsOfRound = 40;
/** Multiply-adds of one call of the peak: whole rounds of either number of chains. */
const peakCount = 2_400_000;
const flopsOfMultiplyAdd = 2;

type RoundsFor = (call: () => void) => () => number;

const scope = globalThis as unknown as WorkerScope;
scope.addEventListener('message', ({ data }) => {
  run(data).catch((error: { code?: string; message?: string }) =>
    scope.postMessage({ kind: 'failed', code: error.code ?? '', message: error.message ?? String(error) }),
  );
});

/** The page cancels by ending this worker, so nothing here asks whether to go on. */
async function run({ measurements, budget }: Order): Promise<void> {
  const engine = (await init()) as LocalEngine;
  const clock = clockStep();
  const shortest = Math.min(Math.max(shortestRound, stepsOfRound * clock), budget);
  const roundsFor = (call: () => void) => roundsOf(call, shortest, clock);
  scope.postMessage({ kind: 'started', build: engine.build, clock });
  const measurePeak = openPeak(engine, roundsFor, budget);
  measurements.forEach(({ name, form }, index) => {
    scope.postMessage({ kind: 'begun', index });
    // Again before each row: a processor's clock rises and falls.
    scope.postMessage({ kind: 'peak', flops: measurePeak() });
    const row = cases.find((known) => known.name === name)!;
    const outcome = measure(engine, problemOf(row), form, roundsFor, budget);
    scope.postMessage({ kind: 'measured', index, outcome });
  });
  scope.postMessage({ kind: 'done' });
}

/**
 * Each call times a round of either number of chains and gives the best rate so far, in operations per second: which
 * number suits the processor shows by itself.
 */
function openPeak(engine: LocalEngine, roundsFor: RoundsFor, budget: number): () => number {
  const rounds = [false, true].map((many) =>
    roundsFor(() => engine.core.call((module) => module.peak(peakCount, many))),
  );
  for (const round of rounds) warmUp(round, budget);
  let best = Infinity;
  return () => {
    for (const round of rounds) best = Math.min(best, round());
    return (peakCount * flopsOfMultiplyAdd * 1e3) / best;
  };
}

/** Checks, warms up, checks once more (the code has been compiled anew by then), and only then times. */
function measure(engine: LocalEngine, problem: Problem, form: Form, roundsFor: RoundsFor, budget: number): Outcome {
  const { operands, weights, shape } = problem;
  const held = operands.map((operand, place) =>
    form === 'held' || weights.includes(place) ? engine.hold(operand) : null,
  );
  const size = shape.reduce((product, length) => product * length, 1);
  const out = form === 'held' ? engine.hold({ shape, data: new Float32Array(size) }) : undefined;
  const given: Operand[] = operands.map((operand, place) => held[place] ?? operand);
  const call = () => problem.call(engine, given, out);
  const samples = samplesOf(problem);
  const error = () => {
    const result = call();
    return errorOf('data' in result ? result.data : result.read().data, samples);
  };
  try {
    const first = error();
    if (first > errorLimit) return { error: first, limit: errorLimit };
    const round = roundsFor(call);
    const start = performance.now();
    warmUp(round, budget);
    const second = error();
    if (second > errorLimit) return { error: second, limit: errorLimit };
    return measureRounds(round, budget - (performance.now() - start));
  } finally {
    for (const array of [...held, out]) array?.dispose();
  }
}
