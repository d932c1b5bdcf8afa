import { AttentionError } from './error.ts';
import type { Model, ModelInput, Run, Tensor, WorkerModel } from './types.ts';

/**
 * Numbers of one station that another program computed: with a `stride`, every so manieth of the flattened array.
 * `null` is minus infinity, which JSON cannot write.
 */
export interface ExpectedStation {
  shape: number[];
  data: (number | null)[];
  stride?: number;
}

/** One input of a reference.json. Ids, where they stand, are compared too. */
export interface ReferenceInput {
  /** What the model reads: a text with what belongs to it, or an image. */
  text?: string;
  pair?: string;
  target?: string;
  image?: { shape: number[]; data: number[] };
  ids?: number[];
  logits?: ExpectedStation;
  stations?: Record<string, ExpectedStation>;
}

/** How far one station is from what was expected. */
export interface StationDifference {
  station: string;
  /** Of the expected numbers, how many were compared, and the largest, at least 1. */
  count: number;
  scale: number;
  /** The largest absolute difference in parts of `scale`; infinite where infinities or shapes differ. */
  difference: number;
}

export interface ReferenceCheck {
  /** The text, or the number of the input where it has none. */
  input: string;
  /** Whether the tokens are those of the reference; true where it has none. */
  sameIds: boolean;
  stations: StationDifference[];
}

/**
 * What a model computes beside what a `reference.json` says of it: `{inputs: ReferenceInput[]}`. Both sides sum in
 * float32 in different orders, so differences of some 1e-5 are rounding. Throws `reference_invalid`, and what `run`
 * throws.
 */
export async function checkReference(model: Model | WorkerModel, json: string): Promise<ReferenceCheck[]> {
  const checks: ReferenceCheck[] = [];
  for (const [index, given] of readReference(json).entries()) {
    const expected = Object.entries({ ...given.stations, ...(given.logits ? { logits: given.logits } : {}) });
    const run = await model.run(inputOf(given), { record: Object.keys(given.stations ?? {}) });
    checks.push({
      input: given.text ?? String(index + 1),
      sameIds: sameIds(run, given.ids),
      stations: expected.map(([station, numbers]) =>
        compare(station, station === 'logits' ? run.logits : run.activations[station]!, numbers),
      ),
    });
  }
  return checks;
}

function readReference(json: string): ReferenceInput[] {
  const invalid = (what: string): never => {
    throw new AttentionError('reference_invalid', `reference.json: ${what}`);
  };
  let file: { inputs?: unknown };
  try {
    file = JSON.parse(json) as { inputs?: unknown };
  } catch (error) {
    return invalid((error as Error).message);
  }
  const inputs: unknown = file?.inputs;
  if (!Array.isArray(inputs) || inputs.length === 0) return invalid('found no inputs, expected a list of at least one');
  inputs.forEach((input: ReferenceInput | null, index) => {
    if (typeof input?.text !== 'string' && !isExpected(input?.image)) {
      invalid(`inputs[${index}]: found neither text nor image, expected one`);
    }
    const stations = Object.entries({ ...input!.stations, ...(input!.logits ? { logits: input!.logits } : {}) });
    if (stations.length === 0) invalid(`inputs[${index}]: found no stations and no logits, expected some`);
    for (const [station, expected] of stations) {
      if (!isExpected(expected)) invalid(`inputs[${index}]: ${station}: expected {shape, data}`);
    }
  });
  return inputs as ReferenceInput[];
}

function isExpected(value: unknown): value is ExpectedStation {
  const { shape, data, stride = 1 } = (value ?? {}) as Partial<ExpectedStation>;
  const isNumber = (n: unknown): boolean => n === null || typeof n === 'number';
  return (
    Array.isArray(shape) && shape.every(Number.isInteger) && Array.isArray(data) && data.every(isNumber) && stride >= 1
  );
}

function inputOf({ text = '', pair, target, image }: ReferenceInput): ModelInput {
  if (image) return { image: { shape: image.shape, data: Float32Array.from(image.data) } };
  if (pair === undefined && target === undefined) return text;
  return { text, ...(pair === undefined ? {} : { pair }), ...(target === undefined ? {} : { target }) };
}

function sameIds({ ids, source }: Run, expected: number[] | undefined): boolean {
  const found = source ? source.ids : ids;
  return expected === undefined || (found.length === expected.length && expected.every((id, n) => id === found[n]));
}

function compare(station: string, found: Tensor, { shape, data, stride = 1 }: ExpectedStation): StationDifference {
  const scale = data.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 1);
  const sameShape = shape.length === found.shape.length && shape.every((length, axis) => length === found.shape[axis]);
  const result = { station, count: data.length, scale, difference: sameShape ? 0 : Infinity };
  if (!sameShape) return result;
  data.forEach((value, index) => {
    const actual = found.data[index * stride]!;
    const apart = value === null ? (actual === -Infinity ? 0 : Infinity) : Math.abs(actual - value) / scale;
    if (!(apart <= result.difference)) result.difference = apart;
  });
  return result;
}
