import { parseArgs } from 'node:util';
import { StepError } from '../../wasm/toolchain/shell.mjs';

const kOptions = {
  cases: { type: 'string', default: '' },
  rounds: { type: 'string' },
  quick: { type: 'boolean', default: false },
  engine: { type: 'string', default: 'chromium' },
  build: { type: 'string' },
  against: { type: 'string' },
  'no-build': { type: 'boolean', default: false },
  compare: { type: 'boolean', default: false },
  'save-baseline': { type: 'boolean', default: false },
};

/** The command line of run.mjs as an object. */
export function readOptions(args) {
  try {
    const { values } = parseArgs({ args, options: kOptions });
    const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
    if (!Number.isInteger(rounds) || rounds < 1)
      throw new Error(`--rounds: found ${values.rounds}, expected 1 or more`);
    return { ...values, rounds, pattern: new RegExp(values.cases, 'i') };
  } catch (error) {
    const known = Object.keys(kOptions).map((name) => `--${name}`);
    throw new StepError(error.message, `the options are ${known.join(', ')}.`);
  }
}
