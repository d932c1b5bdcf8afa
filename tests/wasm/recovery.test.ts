import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LocalEngine } from '../../web/src/engine/engine.ts';
import type { FailureKind } from '../../web/src/engine/native.ts';
import type { Port, Request } from '../../web/src/engine/protocol.ts';
import { startRemoteEngine } from '../../web/src/engine/remote.ts';
import { threadPort } from '../../web/src/engine/thread.ts';
import { init } from '../../web/src/index.node.ts';
import { codeOf } from './errors.ts';
import { tinyFolder } from './folder.ts';

const kFatal: FailureKind[] = ['trap', 'abort', 'stack', 'exception', 'memory'];
const kModule = new URL('../../web/src/engine/generated/core.wasm', import.meta.url);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const fetch = () => Promise.reject(new Error('no network in this test'));
const compile = async () => ({ module: await WebAssembly.compile(await readFile(kModule)), build: 'simd' as const });

afterEach(() => vi.restoreAllMocks());

describe.each(kFatal)('after: %s, an engine on this thread', (kind) => {
  it('is never entered again, and init gives a fresh one with the same numbers', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const engine = (await init()) as LocalEngine;
    const model = await engine.loadModel(tinyFolder());
    const before = model.run('abc').logits.data;
    const text = model.generate('abc');
    await text.next();
    expect(await codeOf(() => engine.core.call((module) => module.fail(kind)))).toBe('engine_broken');
    const later = [
      () => model.run('abc'),
      () => text.next(),
      () => engine.variants(),
      () => engine.loadModel(tinyFolder()),
    ];
    for (const call of later) expect(await codeOf(call)).toBe('engine_broken');
    model.dispose();
    engine.dispose();
    const again = await (await init()).loadModel(tinyFolder());
    expect(again.run('abc').logits.data).toEqual(before);
  });

  it('is left alone by the collector: no destructor runs in the broken instance', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const engine = (await init()) as LocalEngine;
    for (let i = 0; i < 20; ++i) await engine.loadModel(tinyFolder());
    expect(await codeOf(() => engine.core.call((module) => module.fail(kind)))).toBe('engine_broken');
    // A destructor that traps would be an uncaught error, which fails the whole suite.
    for (let i = 0; i < 10; ++i) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
});

/** A port whose requests are noted, and which the test can make fall silent or fail. */
async function watchedPort(ports: WatchedPort[]): Promise<Port> {
  const inner = await threadPort();
  const watched: WatchedPort = { asked: [], port: inner, closed: false, silent: false };
  const { post, close } = inner;
  inner.post = (request, transfer) => {
    watched.asked.push(request);
    if (!watched.silent) post(request, transfer);
  };
  inner.close = () => {
    watched.closed = true;
    close();
  };
  ports.push(watched);
  return inner;
}

interface WatchedPort {
  asked: Request[];
  port: Port;
  closed: boolean;
  silent: boolean;
}

async function openRemote(timeout = 0) {
  const ports: WatchedPort[] = [];
  const engine = await startRemoteEngine(compile(), { rungs: [() => watchedPort(ports)], timeout, fetch });
  const reasons: string[] = [];
  engine.onRestart = (reason) => reasons.push(reason);
  return { engine, ports, reasons, last: () => ports.at(-1)! };
}

const failNow = ({ port }: WatchedPort, kind: FailureKind) => port.post({ id: 1e9, method: 'fail', args: [kind] }, []);

describe('a worker', () => {
  it.each(kFatal)(
    'that ended in %s is replaced: waiting calls are rejected, old models are disposed, new ones work',
    async (kind) => {
      vi.spyOn(console, 'error').mockImplementation(() => {});
      const { engine, ports, reasons, last } = await openRemote();
      const model = await engine.loadModel(tinyFolder());
      const before = (await model.run('abc')).logits.data;
      const text = model.generate('abc');
      await text.next();
      failNow(last(), kind);
      const waiting = [codeOf(() => model.run('abc')), codeOf(() => engine.variants()), codeOf(() => text.next())];
      expect(await Promise.all(waiting)).toEqual(['engine_restarted', 'engine_restarted', 'engine_restarted']);
      expect(reasons).toHaveLength(1);
      await expect.poll(() => ports.map(({ closed }) => closed)).toEqual([true, false]);
      const gone = [() => model.run('abc'), () => model.encode('abc'), () => model.generate('abc').next()];
      for (const call of gone) expect(await codeOf(call)).toBe('disposed');
      const again = await engine.loadModel(tinyFolder());
      expect((await again.run('abc')).logits.data).toEqual(before);
      model.dispose();
      engine.dispose();
    },
  );

  it('is replaced once, whatever the old one still says', async () => {
    const { engine, ports, reasons, last } = await openRemote();
    const old = last();
    for (let i = 0; i < 3; ++i) old.port.onAnswer({ fatal: 'a trap' });
    old.port.onFailure('a late error');
    expect((await engine.variants()).length).toBeGreaterThan(0);
    old.port.onAnswer({ fatal: 'a trap' });
    old.port.onAnswer({ id: 1, result: 'stale' });
    expect((await engine.variants()).length).toBeGreaterThan(0);
    expect([reasons.length, ports.length]).toEqual([1, 2]);
    engine.dispose();
  });

  it('can fail thirty times', async () => {
    const { engine, ports, reasons, last } = await openRemote();
    for (let i = 0; i < 30; ++i) {
      const model = await engine.loadModel(tinyFolder());
      failNow(last(), 'trap');
      expect(await codeOf(() => model.run('abc'))).toBe('engine_restarted');
    }
    expect((await engine.variants()).length).toBeGreaterThan(0);
    expect(reasons).toHaveLength(30);
    expect(ports.filter(({ closed }) => !closed)).toHaveLength(1);
    engine.dispose();
  });

  it('that falls silent is replaced after the timeout; one that answers in time is not', async () => {
    const { engine, reasons, last } = await openRemote(500);
    const model = await engine.loadModel(tinyFolder());
    for (let i = 0; i < 5; ++i) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      await model.run('abc');
    }
    // Nobody waits, so silence means nothing.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(reasons).toEqual([]);
    last().silent = true;
    expect(await codeOf(() => model.run('abc'))).toBe('engine_restarted');
    expect(reasons).toEqual(['no answer for 500 ms']);
    expect((await engine.variants()).length).toBeGreaterThan(0);
    engine.dispose();
  });

  it('that cannot start makes way for the next rung; none left is an error by name', async () => {
    const broken = (): Port => {
      throw new Error('no workers here');
    };
    const silentlyFailing = (): Port => {
      const port: Port = {
        post: () => setTimeout(() => port.onFailure('refused')),
        onAnswer: () => {},
        onFailure: () => {},
        close: () => {},
      };
      return port;
    };
    const engine = await startRemoteEngine(compile(), {
      rungs: [broken, silentlyFailing, threadPort],
      timeout: 0,
      fetch,
    });
    expect(await engine.variants()).toEqual((await init()).variants());
    engine.dispose();
    expect(
      await codeOf(() => startRemoteEngine(compile(), { rungs: [broken, silentlyFailing], timeout: 0, fetch })),
    ).toBe('engine_unsupported');
  });

  it('is closed by dispose; everything later is refused', async () => {
    const { engine, last } = await openRemote();
    const model = await engine.loadModel(tinyFolder());
    last().silent = true;
    const waiting = codeOf(() => model.run('abc'));
    await new Promise((resolve) => setTimeout(resolve));
    engine.dispose();
    engine.dispose();
    expect(await waiting).toBe('disposed');
    expect(last().closed).toBe(true);
    for (const call of [() => model.run('abc'), () => engine.variants(), () => engine.loadModel(tinyFolder())])
      expect(await codeOf(call)).toBe('disposed');
    model.dispose();
  });

  it('hears of a model that the page disposed, once', async () => {
    const { engine, last } = await openRemote();
    const disposals = () =>
      last().asked.filter((request) => 'method' in request && request.method === 'dispose').length;
    const model = await engine.loadModel(tinyFolder());
    model.dispose();
    model.dispose();
    await engine.variants();
    expect(disposals()).toBe(1);
    engine.dispose();
  });

  it('refuses callbacks, which cannot cross', async () => {
    const { engine } = await openRemote();
    const model = await engine.loadModel(tinyFolder());
    expect(await codeOf(() => model.run('abc', { edit: { embed: () => {} } } as never))).toBe('option_unknown');
    expect((await model.run('abc')).tokens).toEqual(['a', 'b', 'c']);
    engine.dispose();
  });

  it('ends a call by signal: before it starts, and while it waits', async () => {
    const { engine, last } = await openRemote();
    const reason = new Error('changed my mind');
    await expect(engine.loadModel(tinyFolder(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    last().silent = true;
    const controller = new AbortController();
    const waiting = engine.loadModel(tinyFolder(), { signal: controller.signal });
    setTimeout(() => controller.abort(reason));
    await expect(waiting).rejects.toBe(reason);
    expect(last().asked.at(-1)).toEqual({ cancel: expect.any(Number) });
    engine.dispose();
  });
});
