// This package, through its public interface and as it is published. What it does not offer is reported as absent.
import { kSteps } from '../cases.mjs';
import { makeFolder, makeWeights, promptIds, textOf } from '../gpt2.mjs';
import { sizeOf } from '../random.mjs';
import { errorOf } from '../reference.mjs';
import { drawn } from './model_reference.mjs';
import { contend } from './page.mjs';

let attn;

async function start({ assets, build, folder }) {
  const entry = `${folder}/${assets.startsWith('file:') ? 'index.node.js' : 'index.js'}`;
  const { init } = await import(new URL(entry, assets).href);
  attn = await init(build ? { build } : {});
  return { version: folder === 'ours' ? 'this tree' : folder, build: attn.build, threads: 1 };
}

/** Each operator: its name in the package, and how it is called. */
const kOperators = {
  matmul: ['matmul', ({ a, b }, options) => attn.matmul(a, b, options)],
  softmax: ['softmax', ({ x }, options) => attn.softmax(x, options)],
  layerNorm: ['layerNorm', ({ x, gain, bias }, options) => attn.layerNorm(x, gain, bias, options)],
  gelu: ['gelu', ({ x }, options) => attn.gelu(x, { approximate: 'tanh', ...options })],
  attention: [
    'attention',
    ({ q, k, v }, options, { causal }) => attn.attention(q, k, v, { causal, pattern: false, ...options }),
  ],
  encoder: [
    'encoderLayer',
    ({ x, ...weights }, options, { n_heads }) => attn.encoderLayer(x, weights, { n_heads, ...options }),
  ],
};

function openOperator(row, inputs) {
  const [name, call] = kOperators[row.kind];
  if (!attn[name]) return { io: `no ${name}`, resident: `no ${name}` };
  const shape = row.kind === 'matmul' ? [inputs.a.shape[0], inputs.b.shape[1]] : (inputs.x ?? inputs.q).shape;
  const held = Object.fromEntries(Object.entries(inputs).map(([key, array]) => [key, attn.hold(array)]));
  const out = attn.hold({ shape, data: new Float32Array(sizeOf(shape)) });
  const weights = Object.fromEntries((row.held ?? []).map((key) => [key, held[key]]));
  const crossing = { ...inputs, ...weights };
  return {
    io: { call: () => call(crossing, {}, row), output: (result) => (result.output ?? result).data },
    resident: { call: () => call(held, { out }, row), output: () => out.read().data },
    close: () => [...Object.values(held), out].forEach((array) => array.dispose()),
  };
}

/** The open model and what it was opened with: cases that follow each other share it. */
let last = { key: '' };

async function loadModel(name, quantize) {
  const key = `${name} ${quantize ?? ''}`;
  if (last.key !== key) {
    last.model?.dispose();
    last = { key: '' };
    const folder = makeFolder(name, makeWeights(name).bytes);
    last = { key, model: await attn.loadModel(folder, quantize ? { quantize } : {}) };
  }
  return last.model;
}

const lastLogits = (model, text) => model.run(text, { logits: 'last' }).logits.data;

/** Draws greedily: the prompt's next token, then `kSteps` that need a forward pass each; those are timed. */
async function decode(model, text) {
  const draws = [];
  let milliseconds = 0;
  for await (const step of model.generate(text, { maxTokens: kSteps + 1, temperature: 0 })) {
    if (draws.length > 0) milliseconds += step.milliseconds;
    draws.push(step.id);
  }
  return { milliseconds, units: kSteps, draws };
}

/** How far rounded weights may move the logits. */
const kRounding = 0.1;

async function openModel(row) {
  const text = textOf(promptIds(row.model, row.tokens));
  if (!row.quantize) {
    const model = await loadModel(row.model);
    if (row.kind === 'prefill') return { io: { call: () => lastLogits(model, text), output: (data) => data } };
    const values = async () => drawn((await decode(model, text)).draws);
    return { io: { measure: () => decode(model, text), values } };
  }
  const exact = Float64Array.from(lastLogits(await loadModel(row.model), text));
  const model = await loadModel(row.model, row.quantize);
  const reference = { length: exact.length, parts: [{ offset: 0, values: exact }], limit: kRounding };
  // A build that does not know the option ignores it, and gives the very same numbers.
  if (errorOf(lastLogits(model, text), reference) === 0) return { io: `no ${row.quantize}` };
  return { io: { measure: () => decode(model, text), values: () => lastLogits(model, text), reference } };
}

contend({ start, open: (row, inputs) => (row.model ? openModel(row) : openOperator(row, inputs)) });
