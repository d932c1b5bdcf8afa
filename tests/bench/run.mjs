// npm run bench: this package beside onnxruntime-web, TensorFlow.js and its own scalar twins. See README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, relative } from 'node:path';
import { reportFailure } from '../../wasm/toolchain/shell.mjs';
import { kRoot } from '../../web/scripts/repository.mjs';
import { prepare } from '../../web/scripts/site.mjs';
import { compareWithBaseline, saveBaseline } from './baseline.mjs';
import { kCases } from './cases.mjs';
import { openEngine } from './engines.mjs';
import { readOptions } from './options.mjs';
import { ensurePeers, kBench } from './peers.mjs';
import { header, rowLines, summary } from './report.mjs';
import { assemble, kContenders } from './site.mjs';

/** How far contenders may differ where no float64 reference is affordable, relative to the largest number. */
const kAgreement = 1e-3;

/** Rounds of the peak before the first case; more follow between the cases. */
const kPeakRounds = 10;

const print = (text) => process.stdout.write(`${text}\n`);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const shortened = (error) => error.message.split('\n').slice(0, 3).join(' ');

/** Another build of the package runs in ours. */
const pageOf = (name) => (name === 'before' ? 'ours' : name);

/** A contender in its page; a page that broke is replaced by a fresh one. */
async function openContender(engine, name, options) {
  const begin = async () => {
    const page = await engine.open(pageOf(name));
    return { page, about: await page.call('start', options) };
  };
  let { page, about } = await begin();
  return {
    name,
    about,
    call: (...args) => page.call(...args),
    async restart() {
      await Promise.resolve(page.close()).catch(() => {});
      ({ page } = await begin());
    },
    close: () => page.close(),
  };
}

/** Opens `row` in one contender and checks its forms. Resolves to its forms: times to come, or why there are none. */
async function checkContender(contender, row) {
  try {
    const { note, ...absences } = await contender.call('setup', row.name);
    const forms = { note };
    for (const [form, absent] of Object.entries(absences)) {
      if (absent) {
        forms[form] = { absent };
        continue;
      }
      const { error, limit, sample } = await contender.call('check', form);
      const isRight = error === null || error <= limit;
      forms[form] = isRight
        ? { error, sample, times: [] }
        : { failed: `error ${error.toExponential(1)}, at most ${limit}` };
    }
    return forms;
  } catch (error) {
    await contender.restart();
    return { note: '', io: { failed: shortened(error) } };
  }
}

/** One more measurement of a form; one that breaks drops out. */
async function measure({ contender, form, found }) {
  if (!found.times) return;
  try {
    found.times.push(await contender.call('round', form));
  } catch (error) {
    delete found.times;
    found.failed = shortened(error);
    await contender.restart();
  }
}

/** Where there is no reference the contenders are each other's: those that differ from the first fail. */
function checkAgreement(forms) {
  const [first, ...others] = Object.entries(forms).filter(([, { io }]) => io?.sample);
  for (const [name, { io }] of others) {
    const expected = first[1].io.sample;
    const scale = Math.max(...expected.map(Math.abs));
    const error = Math.max(...expected.map((value, index) => Math.abs(value - io.sample[index]) / scale));
    if (!(error <= kAgreement)) {
      forms[name].io = { failed: `differs from ${first[0]} by ${error.toExponential(1)}, at most ${kAgreement}` };
    }
  }
}

/** Operations of a millisecond that the probe reaches now; the best of all is kept beside. */
async function measurePeak(peak) {
  const now = await peak.contender.call('round');
  peak.best = Math.max(peak.best, now);
  return now;
}

async function measureCase(contenders, peak, row, rounds) {
  const entrants = contenders.filter(
    ({ name }) => row.only?.includes(pageOf(name)) ?? (!row.model || name !== 'scalar'),
  );
  const forms = {};
  for (const contender of entrants) forms[contender.name] = await checkContender(contender, row);
  checkAgreement(forms);
  const timed = entrants.flatMap((contender) =>
    ['io', 'resident'].flatMap((form) => {
      const found = forms[contender.name][form];
      return found?.times ? [{ contender, form, found }] : [];
    }),
  );
  // Every round passes through all contenders, so that a slow moment of the machine hits them alike.
  let reached = 0;
  for (let round = 0; round < rounds; ++round) {
    reached = Math.max(reached, await measurePeak(peak));
    for (const entry of timed) await measure(entry);
  }
  for (const { found } of timed) {
    delete found.sample;
    if (!found.times) continue;
    found.best = Math.min(...found.times);
    found.median = median(found.times);
  }
  for (const contender of entrants) await contender.call('release');
  return { name: row.name, flops: row.flops, scores: row.scores, peak: reached, forms };
}

function describe(engine, contenders, peak) {
  print(`\n${cpus()[0].model}, ${cpus().length} threads; ${engine.name}; every contender on one thread`);
  for (const { name, about } of [...contenders, peak.contender]) print(`  ${name}: ${about.version}, ${about.build}`);
}

function writeResults(options, engine, contenders, peak, rows) {
  const date = new Date().toISOString();
  const file = join(kBench, `${date.slice(0, 19).replaceAll(':', '-')}.json`);
  const about = Object.fromEntries([...contenders, peak.contender].map((entry) => [entry.name, entry.about]));
  const machine = { cpu: cpus()[0].model, threads: cpus().length };
  const { rounds } = options;
  const results = { date, machine, engine: engine.name, rounds, about, peakGflops: peak.best / 1e6, rows };
  mkdirSync(kBench, { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  print(`\nwritten to ${relative(kRoot, file)}`);
}

async function bench(options) {
  if (!options['no-build']) await prepare();
  await ensurePeers();
  await assemble(options.against);
  const engine = await openEngine(options.engine);
  const start = { assets: engine.assets, build: options.build };
  const contenders = [];
  let peak = null;
  try {
    const names = options.against ? ['ours', 'before'] : kContenders;
    for (const name of names) contenders.push(await openContender(engine, name, { ...start, folder: name }));
    peak = { contender: await openContender(engine, 'peak', start), best: 0 };
    describe(engine, contenders, peak);
    for (let round = 0; round < kPeakRounds; ++round) await measurePeak(peak);
    const build = contenders[0].about.build;
    const cases = kCases.filter((row) => options.pattern.test(row.name) && !(options.quick && row.long));
    const rows = [];
    print(`\n${header(names)}`);
    for (const row of cases) {
      rows.push(await measureCase(contenders, peak, row, options.rounds));
      for (const text of rowLines(rows.at(-1), rows, build, names)) print(text);
    }
    print(`\npeak: ${(peak.best / 1e6).toFixed(1)} GFLOP/s, ${peak.contender.about.build}`);
    if (options.against) return 0;
    print(summary(rows, build));
    const key = `${options.engine} ${build}`;
    if (options.compare)
      print(`\nFallen since the baseline\n  ${compareWithBaseline(key, rows).join('\n  ') || 'nothing'}`);
    if (options['save-baseline']) saveBaseline(key, rows);
    writeResults(options, engine, contenders, peak, rows);
    return rows.some(({ forms }) => Object.values(forms).some(({ io, resident }) => io?.failed || resident?.failed))
      ? 1
      : 0;
  } finally {
    for (const contender of [...contenders, ...(peak ? [peak.contender] : [])]) await contender.close();
    await engine.close();
  }
}

try {
  process.exitCode = await bench(readOptions(process.argv.slice(2)));
} catch (error) {
  process.exitCode = reportFailure(error);
}
