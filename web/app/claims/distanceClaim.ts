import { html, type TemplateResult } from 'lit';
import type { Tensor } from '../../src/engine/types.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { matrix, power } from '../../src/elements/rooms/matrix.ts';
import { drawn, farthest, reshaped } from '../../src/elements/rooms/tensors.ts';
import { Claim, type Verdict } from './claim.ts';

const [queries, keys, d] = [4, 5, 3];
const named = (letter: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
/** Weights are at most 1; two ways to them in floats differ by less. */
const rounding = 1e-5;

interface Found {
  gaussian: Float32Array;
  /** Dot products with one more number in queries and keys. */
  widened: Float32Array;
  apart: number;
  plainApart: number;
}

/** "Networks of dot products cannot compute distances between vectors." */
export class DistanceClaim extends Claim<Found> {
  protected readonly play = {
    href: 'lineage.html#bridge',
    en: 'Slide from one to the other in room 2',
    zh: '在第 2 间里从一个滑到另一个',
  };

  protected override async measure({ engine }: Lab): Promise<Found> {
    const [q, k] = [drawn([queries, d], 1), drawn([keys, d], 2)];
    const zero = { shape: [1, d], data: new Float32Array(d) };
    const norms = await engine.pairwiseDistances(k, zero, { squared: true });
    const weights = async (a: Tensor, b: Tensor, scoring: string): Promise<Float32Array> => {
      const [one, other] = [a, b].map((x) => reshaped(x, [1, ...x.shape]));
      return (await engine.attention(one!, other!, other!, { scoring })).pattern.data;
    };
    const gaussian = await weights(q, k, 'gaussian_kernel');
    const widened = await weights(
      joined(q, () => 1),
      joined(k, (row) => -norms.data[row]! / 2),
      'dot_product',
    );
    const plain = await weights(q, k, 'dot_product');
    return { gaussian, widened, apart: farthest(gaussian, widened), plainApart: farthest(gaussian, plain) };
  }

  protected override judge({ apart }: Found): Verdict {
    return apart < rounding ? 'wrong' : 'holds';
  }

  protected override answer({ apart, plainApart }: Found): string {
    return this.t(
      `Since −½|q − k|² = q·k − ½|k|² − ½|q|² and a softmax by rows cancels the last term, one more number does it: 1 in each query, −½|k|² in each key. Dot-product attention over these gives the weights of the Gaussian kernel to rounding (largest difference ${power(apart)}; without the number ${power(plainApart)}). The square of a norm is a product too: a layer before can compute it.`,
      `因为 −½|q − k|² = q·k − ½|k|² − ½|q|²，而按行的 softmax 会消去最后一项，所以多一个数就够了：每个查询多一个 1，每个键多一个 −½|k|²。对它们做点积注意力，得到的就是高斯核的权重，只差舍入（最大差 ${power(apart)}；不加这个数则是 ${power(plainApart)}）。范数的平方也是乘积，前面一层就能算出来。`,
    );
  }

  protected override evidence({ gaussian, widened }: Found): TemplateResult {
    const { t } = this;
    const shown = (data: Float32Array, caption: string): TemplateResult =>
      matrix({ data, rows: named('q', queries), columns: named('k', keys), caption, digits: 3, full: 1 });
    return html`<div class="pair">
      ${shown(gaussian, t('Gaussian kernel of the distance', '距离的高斯核'))}
      ${shown(widened, t('Dot products of [q, 1] and [k, −½|k|²]', '[q, 1] 与 [k, −½|k|²] 的点积'))}
    </div>`;
  }
}

/** Rows with one more number. */
function joined({ shape, data }: Tensor, last: (row: number) => number): Tensor {
  const [rows, columns] = shape as [number, number];
  const wide = Array.from({ length: rows }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns), last(i)]);
  return { shape: [rows, columns + 1], data: Float32Array.from(wide.flat()) };
}
