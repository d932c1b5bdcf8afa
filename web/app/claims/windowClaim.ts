import { html, type TemplateResult } from 'lit';
import { init } from '../../src/index.ts';
import type { Tensor, WorkerEngine } from '../../src/engine/types.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { number } from '../../src/elements/rooms/matrix.ts';
import { drawn } from '../../src/elements/rooms/tensors.ts';
import { modelUrl } from '../models.ts';
import { Claim, type Verdict } from './claim.ts';
import { bytesText, doubling } from './lengths.ts';
import { logLines } from './logLines.ts';

const d = 64;
const lengths = doubling(16, 4096);
const floatBytes = 4;
const rounds = 5;
/** The time of the longest is compared with that of one so many times shorter; a straight line would grow as much. */
const shorter = 8;

interface Found {
  milliseconds: number[];
  context: number;
  given: number;
  read: number;
}

/** "The window is unlimited." */
export class WindowClaim extends Claim<Found> {
  protected readonly play = {
    href: 'benchmark.html',
    en: 'Time it against other libraries',
    zh: '和别的库比一比速度',
  };

  protected override async measure({ engine }: Lab): Promise<Found> {
    const milliseconds = await timed();
    const model = await engine.loadModel(modelUrl('sentences'));
    try {
      const context = model.info.n_ctx;
      const sentence = model.info.examples[0]!.text;
      const run = await model.run(Array.from({ length: context }, () => sentence).join(' '), { logits: 'last' });
      return { milliseconds, context, given: run.total, read: run.ids.length };
    } finally {
      model.dispose();
    }
  }

  protected override judge({ milliseconds, given, read }: Found): Verdict {
    const isLinear = growth(milliseconds) <= shorter;
    if (isLinear && read === given) return 'holds';
    return isLinear || read === given ? 'limited' : 'wrong';
  }

  protected override answer({ milliseconds, context, given, read }: Found): string {
    const [last, times] = [number(milliseconds.at(-1)!, 0), number(growth(milliseconds), 0)];
    return this.t(
      `No formula ends it, cost and training do. ${lengths.at(-1)} tokens took ${last} ms here, ${times} times as long as an eighth of them. And a trained model has seen so many positions and no more: the model “sentences” was given ${given} tokens and read ${read}, its context being ${context}.`,
      `公式里没有上限，代价和训练却有。${lengths.at(-1)} 个词元在这里用了 ${last} 毫秒，是八分之一词元的 ${times} 倍。而且训练好的模型只见过那么多位置：给“sentences”模型 ${given} 个词元，它只读了 ${read} 个，上下文长度是 ${context}。`,
    );
  }

  protected override evidence({ milliseconds }: Found): TemplateResult {
    const { t } = this;
    return html`${logLines({
        label: t('Milliseconds over the number of tokens', '毫秒数随词元数的变化'),
        lines: [{ name: t('one head, without keeping the pattern', '一个头，不保留注意力矩阵'), values: milliseconds }],
        places: lengths,
        unit: (value) => `${Number(value.toPrecision(1))} ms`,
      })}
      ${this.table(
        t(`One head of ${d} numbers, in this browser`, `一个宽 ${d} 的头，在这个浏览器里`),
        ['T', ...lengths.filter(isShown).map(String)],
        [
          ['ms', ...lengths.flatMap((n, i) => (isShown(n) ? [timeText(milliseconds[i]!)] : []))],
          [t('pattern', '矩阵'), ...lengths.filter(isShown).map((n) => bytesText(n * n * floatBytes))],
        ],
      )}
      <p><button type="button" @click=${() => this.changed()}>${t('Measure again', '再测一次')}</button></p>`;
  }
}

const isShown = (length: number): boolean => Math.log2(length) % 2 === 0;
/** Clocks of browsers tick in tenths: what was too short for them took less than one. */
const timeText = (time: number): string => (time > 0 ? number(time, time < 10 ? 2 : 0) : '< 0.1');
const growth = (times: readonly number[]): number => times.at(-1)! / times.at(-1 - Math.log2(shorter))!;

/** Milliseconds by length, in a worker of its own: nothing else waits there. */
async function timed(): Promise<number[]> {
  const engine = await init({ worker: true });
  try {
    const all: number[] = [];
    for (const length of lengths) all.push(await best(engine, drawn([1, length, d], length)));
    return all;
  } finally {
    engine.dispose();
  }
}

/** The best of several calls, the way to the worker and back included. */
async function best(engine: WorkerEngine, x: Tensor): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; ++round) {
    const start = performance.now();
    await engine.attention(x, x, x, { causal: true, pattern: false });
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}
