// What every contender's page answers to: start, set up a case, check it, time it, release it.
import { caseNamed } from '../cases.mjs';
import { errorOf, referenceOf } from '../reference.mjs';
import { modelReferenceOf } from './model_reference.mjs';
import { serve } from './serve.mjs';

/** A measurement repeats its call until it took so long, since clocks in browsers are coarse. */
const kShortest = 20;
/** Engines compile what runs often once more, in the background: rounds count from when so many brought no new best. */
const kSettled = 5;
const kLongestWarmUp = 1000;
/** How many numbers of a result go out, to compare contenders where no reference is affordable. */
const kSampled = 512;

async function timeCalls(form, count) {
  const start = performance.now();
  for (let index = 0; index < count; ++index) {
    let result = form.call();
    // Only what must be waited for is: a pause costs more than a small product.
    if (result instanceof Promise) result = await result;
    form.discard?.(result);
  }
  return performance.now() - start;
}

/** The same for a form that times itself: `measure()` resolves to {milliseconds, units}. */
async function timeSteps(form, shortest) {
  let time = 0;
  let steps = 0;
  while (time < shortest) {
    const { milliseconds, units } = await form.measure();
    time += milliseconds;
    steps += units;
  }
  return time / steps;
}

/** Milliseconds of one call, from as many as take `shortest`. The count that was found is kept for the next round. */
async function timeForm(form, shortest) {
  if (form.measure) return timeSteps(form, shortest);
  for (form.count ??= 1; ; form.count = Math.ceil(form.count * 1.5)) {
    const milliseconds = await timeCalls(form, form.count);
    if (milliseconds >= shortest) return milliseconds / form.count;
    if (milliseconds < shortest / 4) form.count *= 2;
  }
}

/** Runs `form` until it gets no faster. */
async function warmUp(form) {
  const start = performance.now();
  let best = Infinity;
  for (let settled = 0; settled < kSettled && performance.now() - start < kLongestWarmUp; ++settled) {
    const milliseconds = await timeForm(form, kShortest);
    if (milliseconds < 0.97 * best) settled = 0;
    best = Math.min(best, milliseconds);
  }
}

const sample = (values) => {
  const stride = Math.max(1, Math.floor(values.length / kSampled));
  return Array.from(values).filter((_, index) => index % stride === 0);
};

/**
 * Makes this page (or process) a contender. `start(options)` resolves to a description; `open(row, inputs)` to
 * `{io, resident, close, note}`, where a form is `{call, output(result), discard(result)}`, or `{measure, values}` for
 * what times itself, a text that says why there is none yet, or nothing where the contender has no such form.
 */
export function contend({ start, open }) {
  let opened;
  const release = async () => {
    const last = opened;
    opened = null;
    await last?.close?.();
  };
  serve({
    start,
    async setup(name) {
      await release();
      const row = caseNamed(name);
      const inputs = row.inputs();
      const reference = row.model ? modelReferenceOf(row) : referenceOf(row, inputs);
      opened = { reference, ...(await open(row, inputs)) };
      const forms = Object.entries({ io: opened.io, resident: opened.resident }).filter(([, form]) => form);
      const absences = forms.map(([form, found]) => [form, typeof found === 'string' ? found : null]);
      return { note: opened.note ?? '', ...Object.fromEntries(absences) };
    },
    async check(name) {
      const form = opened[name];
      const compute = async () => (form.values ? form.values() : form.output(await form.call()));
      const reference = form.reference ?? opened.reference;
      const first = await compute();
      await warmUp(form);
      // Once more, now that the code is what will be timed and its memory has been used many times.
      const values = await compute();
      if (!reference) return { error: null, sample: sample(values) };
      return { error: Math.max(errorOf(first, reference), errorOf(values, reference)), limit: reference.limit };
    },
    round: (name) => timeForm(opened[name], kShortest),
    release,
  });
}
