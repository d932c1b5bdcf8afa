// node tests/bench/table.mjs [FILE]: the README's small table, from the figures of a run (by default the newest).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kRoot } from '../../web/scripts/repository.mjs';
import { digits } from './report.mjs';

const kBench = join(kRoot, 'build/bench');
const kRows = {
  'matmul 512': 'matrix product 512 x 512 x 512',
  'attention 512': 'attention, 8 heads of 64, 512 tokens',
  'causal 1024': 'causal attention, 8 heads of 64, 1,024 tokens',
  'softmax 1024x1024': 'softmax, 1,024 rows of 1,024',
  'layer norm 1024x768': 'layer norm, 1,024 rows of 768',
  'GELU 1e6': 'GELU, a million numbers',
  'gpt2-tiny decode 64': 'GPT-2 of 4 layers of 128: a token',
  'gpt2-small prefill 64': 'GPT-2 small (124 M): 64 tokens at once',
  'gpt2-small decode 64': 'GPT-2 small: a token',
  'gpt2-small decode 64 int8': 'GPT-2 small, weights in int8: a token',
};
const kContenders = { ours: 'this package', ort: 'ONNX Runtime Web', tfjs: 'TensorFlow.js' };

const newest = () =>
  readdirSync(kBench)
    .filter((name) => /^\d{4}-.*\.json$/.test(name))
    .sort()
    .map((name) => join(kBench, name))
    .at(-1);

const cells = (list) => `| ${list.join(' | ')} |`;
const time = (row, name) => {
  const best = row.forms[name]?.io?.best;
  return best ? digits(best) : '';
};

const { date, engine, machine, about, rows } = JSON.parse(readFileSync(process.argv[2] ?? newest(), 'utf8'));
const shown = Object.entries(kRows).flatMap(([name, label]) => {
  const row = rows.find((one) => one.name === name);
  return row ? [cells([label, ...Object.keys(kContenders).map((one) => time(row, one))])] : [];
});
const heads = Object.entries(kContenders).map(([name, label]) =>
  name === 'ours' ? label : `${label} ${about[name].version}`,
);
process.stdout.write(
  [
    `Milliseconds, the best of several rounds in turns, one thread, from one \`Float32Array\` to another; ${date.slice(0, 10)},`,
    `${engine.replace('chromium', 'Chromium')}, ${machine.cpu.replaceAll(/\((R|TM)\)/g, '')} with ${machine.threads} threads (\`npm run bench\`):`,
    '',
    cells(['', ...heads]),
    cells(['---', ...heads.map(() => '---:')]),
    ...shown,
    '',
  ].join('\n'),
);
