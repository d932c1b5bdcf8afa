import { readFileSync } from 'node:fs';
import { safetensors, type TestTensors } from './folder.ts';
import { characterTokenizer } from './tokenizers.ts';

/** Model folders that are wrong in one place each, made of the golden models of all families by rule. */

export interface MalformedFolder {
  name: string;
  config: string;
  weights: Uint8Array<ArrayBuffer>;
  tokenizer: string;
  /** The codes that say what is wrong here. */
  codes: readonly string[];
}

/** None of these carries tensors that its family ignores. */
const kModels = ['gpt2_f32', 'llama_f32', 'bert_f16', 'distilbert_f32', 'vit_f32', 'deit_f32', 'transformer_f32'];
const kTokenizer = characterTokenizer(Array.from({ length: 30 }, (_, i) => String.fromCodePoint(0x61 + i)).join(''));

const fileOf = (model: string, file: string): Buffer =>
  readFileSync(new URL(`../golden/${model}/${file}`, import.meta.url));

function tensorsOf(model: string): TestTensors {
  const bytes = fileOf(model, 'model.safetensors');
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  return Object.fromEntries(
    Object.entries(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => [name, { dtype, shape, data: Uint8Array.from(bytes.subarray(8 + length + begin, 8 + length + end)) }],
    ),
  );
}

type Spoil = (tensors: TestTensors, name: string) => Uint8Array<ArrayBuffer>;

function without(tensors: TestTensors, name: string): TestTensors {
  return Object.fromEntries(Object.entries(tensors).filter(([other]) => other !== name));
}

const changed = (tensors: TestTensors, name: string, change: Partial<TestTensors[string]>): TestTensors => ({
  ...tensors,
  [name]: { ...tensors[name]!, ...change },
});

function stretched(tensors: TestTensors, name: string): Uint8Array<ArrayBuffer> {
  const { shape, data } = tensors[name]!;
  const [first = 1, ...rest] = shape;
  const longer = new Uint8Array(data.length + data.length / first);
  longer.set(data);
  return safetensors(changed(tensors, name, { shape: [first + 1, ...rest], data: longer }));
}

function infinite(tensors: TestTensors, name: string): Uint8Array<ArrayBuffer> {
  const data = tensors[name]!.data.slice();
  data.set(tensors[name]!.dtype === 'F16' ? [0x00, 0x7c] : [0x00, 0x00, 0x80, 0x7f]);
  return safetensors(changed(tensors, name, { data }));
}

function wide(tensors: TestTensors, name: string): Uint8Array<ArrayBuffer> {
  const { data, dtype } = tensors[name]!;
  const times = dtype === 'F16' ? 4 : 2;
  return safetensors(changed(tensors, name, { dtype: 'I64', data: new Uint8Array(times * data.length) }));
}

function doubled(tensors: TestTensors, name: string): Uint8Array<ArrayBuffer> {
  let text = '';
  safetensors(tensors, { bendHeader: (header) => (text = JSON.stringify(header)) });
  const key = JSON.stringify(name);
  return safetensors(tensors, {
    headerText: text.replace('{', `{${key}:${text.split(`${key}:`)[1]!.split('}')[0]}},`),
  });
}

function cut(tensors: TestTensors, name: string): Uint8Array<ArrayBuffer> {
  const names = Object.keys(tensors);
  const after = names.slice(names.indexOf(name)).reduce((sum, other) => sum + tensors[other]!.data.length, 0);
  const whole = safetensors(tensors);
  return whole.slice(0, whole.length - after + 1);
}

/** Ways to spoil one tensor, and what each is refused as. */
const kSpoils: Record<string, [codes: readonly string[], spoil: Spoil]> = {
  missing: [['tensor_missing', 'tensor_unexpected'], (tensors, name) => safetensors(without(tensors, name))],
  renamed: [
    ['tensor_missing', 'tensor_unexpected'],
    (tensors, name) => safetensors({ ...without(tensors, name), [`${name}s`]: tensors[name]! }),
  ],
  stretched: [['tensor_shape'], stretched],
  wide: [['tensor_dtype'], wide],
  'of no type': [['tensor_dtype'], (tensors, name) => safetensors(changed(tensors, name, { dtype: 'F31' }))],
  infinite: [['tensor_not_finite'], infinite],
  shifted: [
    ['tensor_range', 'tensor_overlap'],
    (tensors, name) =>
      safetensors(tensors, {
        bendHeader: (header) => {
          const entry = (header as Record<string, { data_offsets: number[] }>)[name]!;
          ++entry.data_offsets[0]!;
        },
      }),
  ],
  doubled: [['file_header'], doubled],
  cut: [['file_truncated'], cut],
};

/** One whole folder, to be run before and after. */
export function wholeFolder(): MalformedFolder {
  const [model] = kModels;
  return {
    name: model!,
    config: fileOf(model!, 'config.json').toString('utf8'),
    weights: safetensors(tensorsOf(model!)),
    tokenizer: kTokenizer,
    codes: [],
  };
}

function spoiltConfigs(model: string): MalformedFolder[] {
  const text = fileOf(model, 'config.json').toString('utf8');
  const weights = safetensors(tensorsOf(model));
  const config = JSON.parse(text) as Record<string, unknown>;
  const found: [string, string][] = Object.entries(config).flatMap(([key, value]) => {
    const wrong = typeof value === 'number' ? [-1, 1e300, 'many', []] : typeof value === 'string' ? [7, {}] : [];
    return wrong.map((other): [string, string] => [
      `${key} ${JSON.stringify(other)}`,
      JSON.stringify({ ...config, [key]: other }),
    ]);
  });
  for (let end = 0; end < text.trimEnd().length; end += 29) found.push([`cut at ${end}`, text.slice(0, end)]);
  return found.map(([name, changedText]) => ({
    name: `${model}: config.json: ${name}`,
    config: changedText,
    weights,
    tokenizer: kTokenizer,
    codes: ['config_invalid'],
  }));
}

/** All of them, the same every time. */
export function malformedFolders(): MalformedFolder[] {
  return kModels.flatMap((model) => {
    const config = fileOf(model, 'config.json').toString('utf8');
    const tensors = tensorsOf(model);
    const names = Object.keys(tensors).filter((name) => !/(layers?|h)\.1\./.test(name));
    const weights = names.flatMap((name) =>
      Object.entries(kSpoils).map(([kind, [codes, spoil]]): MalformedFolder => ({
        name: `${model}: ${name} ${kind}`,
        config,
        weights: spoil(tensors, name),
        tokenizer: kTokenizer,
        codes,
      })),
    );
    return [...weights, ...spoiltConfigs(model)];
  });
}
