import { html, type TemplateResult } from 'lit';
import type { Tensor, WorkerEngine } from '../../src/engine/types.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { matrix, power } from '../../src/elements/rooms/matrix.ts';
import { drawn, farthest, reshaped, transposed } from '../../src/elements/rooms/tensors.ts';
import { halves } from '../mechanisms/encoding.ts';
import { Claim, type Verdict } from './claim.ts';

const [tokens, modelWidth, headWidth] = [5, 16, 4];
const names = Array.from({ length: tokens }, (_, i) => String(i + 1));
/** Scores are of the size of 1; two ways of adding sixteen floats differ by less. */
const rounding = 1e-5;

interface Found {
  two: Float32Array;
  one: Float32Array;
  apart: number;
  /** The same with rotary positions between the projections and the product. */
  apartRotated: number;
}

/** "The projections Q and K can be merged into one matrix." */
export class MergeClaim extends Claim<Found> {
  protected readonly play = {
    href: 'mechanisms.html#vectors?a=general&b=dot_product',
    en: 'Play with the bilinear score',
    zh: '试试双线性打分',
  };

  protected override async measure({ engine }: Lab): Promise<Found> {
    const x = drawn([tokens, modelWidth], 1);
    const [w_q, w_k] = [2, 3].map((seed) => drawn([modelWidth, headWidth], seed, 1 / Math.sqrt(modelWidth)));
    const [q, k] = [await engine.matmul(x, w_q!), await engine.matmul(x, w_k!)];
    const w_a = await engine.matmul(w_q!, transposed(w_k!));
    const two = await scores(engine, q, k);
    const one = await scores(engine, x, x, w_a);
    const [turnedQ, turnedK] = [await turned(engine, q), await turned(engine, k)];
    const rotated = await scores(engine, turnedQ, turnedK);
    return { two, one, apart: farthest(two, one), apartRotated: farthest(rotated, one) };
  }

  protected override judge({ apart, apartRotated }: Found): Verdict {
    if (apart > rounding) return 'wrong';
    return apartRotated > rounding ? 'limited' : 'holds';
  }

  protected override answer({ apart, apartRotated }: Found): string {
    const [separate, merged] = [2 * modelWidth * headWidth, modelWidth * modelWidth];
    return this.t(
      `The scores are the same to rounding (largest difference ${power(apart)}): only the product of W_Q and W_K matters. But one head of ${headWidth} in a model of ${modelWidth} then holds ${merged} numbers instead of ${separate}, every head needs its own, and with rotary positions something stands between the two: there the difference is ${power(apartRotated)}.`,
      `分数在舍入误差内相同（最大差 ${power(apart)}）：起作用的只是 W_Q 和 W_K 的乘积。但宽 ${modelWidth} 的模型里，宽 ${headWidth} 的一个头就要 ${merged} 个数而不是 ${separate} 个，每个头各要一个；用旋转位置编码时，两者之间还隔着旋转，那时差是 ${power(apartRotated)}。`,
    );
  }

  protected override evidence({ two, one }: Found): TemplateResult {
    const { t } = this;
    const shown = (data: Float32Array, caption: string): TemplateResult =>
      matrix({ data, rows: names, columns: names, caption, digits: 3 });
    return html`<div class="pair">
      ${shown(two, t('(X W_Q)(X W_K)ᵀ: two projections', '(X W_Q)(X W_K)ᵀ：两个投影'))}
      ${shown(one, t('X (W_Q W_Kᵀ) Xᵀ: one matrix', 'X (W_Q W_Kᵀ) Xᵀ：一个矩阵'))}
    </div>`;
  }
}

/** Products of rows of q and k, through a matrix where one is given. */
async function scores(engine: WorkerEngine, q: Tensor, k: Tensor, w_a?: Tensor): Promise<Float32Array> {
  const [head, keys] = [q, k].map((one) => reshaped(one, [1, ...one.shape]));
  const how = w_a ? { scoring: 'general', weights: { w_a } } : { scoring: 'dot_product' };
  const run = await engine.attention(head!, keys!, keys!, { ...how, qk_matmul_output_mode: 0 });
  return run.qk_matmul_output!.data;
}

async function turned(engine: WorkerEngine, x: Tensor): Promise<Tensor> {
  const { cosines, sines } = halves(await engine.positions['rotary']!(tokens, headWidth));
  const found = await engine.rotaryEmbedding(reshaped(x, [1, ...x.shape]), cosines, sines);
  return reshaped(found, x.shape);
}
