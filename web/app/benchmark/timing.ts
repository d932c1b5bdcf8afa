/** Engines compile what runs often once more, in the background: the warm-up ends when so many rounds gained nothing. */
const settledRounds = 5;
const warmUpShare = 0.4;
const fewestRounds = 3;

/** The smallest step of this thread's clock in milliseconds: browsers round it, some to a whole millisecond or more. */
export function clockStep(): number {
  let step = Infinity;
  let last = performance.now();
  for (let seen = 0; seen < 10;) {
    const now = performance.now();
    if (now === last) continue;
    step = Math.min(step, now - last);
    last = now;
    ++seen;
  }
  return step;
}

/** Waits for the clock's next step and gives it. */
function nextStep(): number {
  const last = performance.now();
  for (;;) {
    const now = performance.now();
    if (now > last) return now;
  }
}

/**
 * Times `call` in rounds: each repeats it for at least `shortest` milliseconds and gives those of one call. A round
 * begins on a step of the clock and ends somewhere between two, so half a `clock` is added.
 */
export function roundsOf(call: () => void, shortest: number, clock: number): () => number {
  let count = 1;
  return () => {
    for (;;) {
      const start = nextStep();
      for (let index = 0; index < count; ++index) call();
      const elapsed = performance.now() - start + clock / 2;
      if (elapsed >= shortest) return elapsed / count;
      count = Math.ceil(count * Math.min(10, Math.max(1.5, (1.2 * shortest) / elapsed)));
    }
  };
}

/** Runs `round` until it gets no faster, or until its share of `budget` milliseconds is spent. */
export function warmUp(round: () => number, budget: number): void {
  const end = performance.now() + warmUpShare * budget;
  let best = Infinity;
  for (let settled = 0; settled < settledRounds && performance.now() < end; ++settled) {
    const time = round();
    if (time < 0.97 * best) settled = 0;
    best = Math.min(best, time);
  }
}

/** Best and median of as many rounds as fit into `budget` milliseconds, at least three. */
export function measureRounds(round: () => number, budget: number): { best: number; median: number; rounds: number } {
  const end = performance.now() + budget;
  const times: number[] = [];
  while (times.length < fewestRounds || performance.now() < end) times.push(round());
  times.sort((a, b) => a - b);
  const middle = times.length >> 1;
  const median = times.length % 2 ? times[middle]! : (times[middle - 1]! + times[middle]!) / 2;
  return { best: times[0]!, median, rounds: times.length };
}
