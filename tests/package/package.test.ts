import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { init } from '../../web/src/index.node.ts';
import { tinyFolder } from '../wasm/folder.ts';
import { copyIn, kRoot, newProject, node, packPackage, runProgram, tool, type Packed } from './stranger.ts';

/** The package as a stranger meets it: packed, installed from the tarball, imported by its name. */

let packed: Packed;
let project: { folder: string; remove: () => void };

beforeAll(async () => {
  packed = await packPackage();
  const { config, weights, tokenizer } = tinyFolder();
  project = await newProject(packed.tarball, {
    'model/config.json': config,
    'model/model.safetensors': weights,
    'model/tokenizer.json': tokenizer,
  });
});

afterAll(() => {
  project.remove();
  packed.remove();
});

describe('the manifest', () => {
  const read = () => JSON.parse(readFileSync(join(packed.folder, 'package.json'), 'utf8'));

  it('asks for no other package and runs nothing when installed', () => {
    const { dependencies, peerDependencies, scripts } = read();
    expect([dependencies, peerDependencies, scripts]).toEqual([undefined, undefined, undefined]);
  });

  it('names files that are there, in every export', () => {
    const targets = (entry: unknown): string[] =>
      typeof entry === 'string' ? [entry] : Object.values(entry as object).flatMap(targets);
    const installed = join(project.folder, 'node_modules/attention-playground');
    for (const target of targets(read().exports)) expect(existsSync(join(installed, target)), target).toBe(true);
    for (const name of ['README.md', 'LICENSE', 'THIRD-PARTY.txt'])
      expect(statSync(join(installed, name)).size).toBeGreaterThan(500);
  });

  it('passes publint and Are the types wrong', async () => {
    await node([tool('publint/src/cli.js'), '--strict', packed.folder], kRoot);
    const entries = ['--exclude-entrypoints', 'core.wasm', 'core-relaxed.wasm'];
    await node(
      [tool('@arethetypeswrong/cli/dist/index.js'), packed.tarball, '--profile', 'esm-only', ...entries],
      project.folder,
    );
  });
});

describe('the files', () => {
  const text = (name: string) => readFileSync(join(packed.folder, name), 'utf8');

  it('evaluate no strings; only Lit, in the elements, makes markup of them', () => {
    const scripts = readdirSync(packed.folder).filter((name) => name.endsWith('.js'));
    expect(scripts.filter((name) => /\beval\(|new Function\(/.test(text(name)))).toEqual([]);
    const makers = scripts.filter((name) => /\.innerHTML\s*=[^=]/.test(text(name)));
    expect(makers).toHaveLength(1);
    const entries = scripts.filter((name) => !name.startsWith('chunks-') && text(name).includes(makers[0]!));
    expect(entries).toEqual(['element.js', 'rooms.js']);
  });

  it('keep the worker whole, so that a bundler may copy it', () => {
    expect(/\bimport\s*\(|\bfrom\s*"|import\s*"/.test(text('worker.js'))).toBe(false);
  });
});

describe('in Node', () => {
  it('does everything that the interface names, with the numbers of the sources', async () => {
    const script = `
      import { AttentionError, init } from 'attention-playground';
      const attn = await init({ build: 'simd' });
      const q = { shape: [1, 2, 2], data: Float32Array.of(1, 0, 0, 1) };
      const { pattern } = attn.attention(q, q, q, { causal: true });
      const table = attn.positions.sinusoidal(4, 6);
      const model = await attn.loadModel(new URL('model', import.meta.url));
      const { logits } = model.run('abcabc');
      const steps = [];
      for await (const step of model.generate('abc', { maxTokens: 5, seed: 1 })) steps.push(step.id);
      model.dispose();
      let code = '';
      try { model.run('a'); } catch (error) { code = error instanceof AttentionError ? error.code : 'none'; }
      const away = await init({ worker: true });
      const remote = await (await away.loadModel(new URL('model/', import.meta.url))).run('abcabc');
      console.log(JSON.stringify({ build: attn.build, pattern: [...pattern.data], shape: table.shape, logits: [...logits.data], remote: [...remote.logits.data].length, steps, code, variants: attn.variants().map((row) => row.name) }));`;
    const output = await node(
      [
        '--input-type=module',
        '--eval',
        script.replaceAll('import.meta.url', JSON.stringify(`file://${project.folder}/x.mjs`)),
      ],
      project.folder,
    );
    const found = JSON.parse(output);
    const engine = await init({ build: 'simd' });
    const model = await engine.loadModel(tinyFolder());
    const steps: number[] = [];
    for await (const step of model.generate('abc', { maxTokens: 5, seed: 1 })) steps.push(step.id);
    const logits = [...model.run('abcabc').logits.data];
    expect(found).toEqual({
      build: 'simd',
      pattern: expect.any(Array),
      shape: [4, 6],
      logits,
      remote: logits.length,
      steps,
      code: 'disposed',
      variants: engine.variants().map((row) => row.name),
    });
    expect(found.pattern.slice(0, 2)).toEqual([1, 0]);
    expect(found.pattern[2] + found.pattern[3]).toBeCloseTo(1, 6);
  });

  it('runs demos/node: each row of the matrix sums to 1 and looks at nothing to come', async () => {
    copyIn('demos/node', join(project.folder, 'demos/node'));
    copyIn('demos/sentences/model', join(project.folder, 'demos/sentences/model'));
    const output = await node([join(project.folder, 'demos/node/attention.mjs')], project.folder);
    const [head = '', ...rows] = output.trimEnd().split('\n');
    const tokens = head.trim().split(/\s+/);
    expect(tokens.slice(-4)).toEqual(['anna', 'loved', 'ben', '.']);
    expect(rows).toHaveLength(tokens.length);
    rows.forEach((row, i) => {
      const shares = row.trim().split(/\s+/).slice(1).map(Number);
      expect(Math.abs(shares.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(0.005 * shares.length + 1e-9);
      expect(shares.slice(i + 1)).toEqual(shares.slice(i + 1).map(() => 0));
    });
  });
});

describe('for TypeScript', () => {
  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])(
    'types compile strictly, libraries checked, with module %s and resolution %s',
    async (module, moduleResolution) => {
      const consumer = await newProject(packed.tarball, {
        'consumer.ts': readFileSync(join(import.meta.dirname, 'consumer.ts.txt')),
        'tsconfig.json': JSON.stringify({
          compilerOptions: {
            module,
            moduleResolution,
            target: 'es2022',
            lib: ['es2022', 'dom', 'dom.iterable'],
            types: [],
            strict: true,
            noUncheckedIndexedAccess: true,
            exactOptionalPropertyTypes: true,
            noEmit: true,
            skipLibCheck: false,
          },
          files: ['consumer.ts'],
        }),
      });
      try {
        await runProgram(process.execPath, [tool('typescript/bin/tsc'), '-p', '.'], consumer.folder);
      } finally {
        consumer.remove();
      }
    },
  );
});
