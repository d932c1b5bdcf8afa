import { html, type TemplateResult } from 'lit';
import type { Tensor, WorkerEngine } from '../../src/engine/types.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { matrix } from '../../src/elements/rooms/matrix.ts';
import { drawn, farthest } from '../../src/elements/rooms/tensors.ts';
import { Claim, type Verdict } from './claim.ts';

const size = 4;
const width = 8;
/** The query that may see nothing. */
const blind = 2;
const large = -1e20;
const names = Array.from({ length: size }, (_, i) => String(i + 1));

interface Found {
  /** Weights by -1e20 and by minus infinity in the operator, and by a softmax of scores that are minus infinity. */
  large: Float32Array;
  infinite: Float32Array;
  naive: Float32Array;
  /** Largest difference of the first two in rows that see something. */
  apart: number;
}

/** "-1e20 is as good as minus infinity." */
export class MaskedRowClaim extends Claim<Found> {
  protected readonly play = {
    href: 'mechanisms.html#masks',
    en: 'Paint masks and choose the convention',
    zh: '画掩码，选约定',
  };

  protected override async measure({ engine }: Lab): Promise<Found> {
    const [q, k, v] = [1, 2, 3].map((seed) => drawn([1, size, width], seed));
    const weights = async (hidden: number): Promise<Float32Array> =>
      (await engine.attention(q!, k!, v!, { mask: maskWith(hidden) })).pattern.data;
    const [found, infinite, naive] = [
      await weights(large),
      await weights(-Infinity),
      await naiveWeights(engine, q!, k!),
    ];
    const seeing = (all: Float32Array): Float32Array => all.filter((_, i) => Math.floor(i / size) !== blind);
    return { large: found, infinite, naive, apart: farthest(seeing(found), seeing(infinite)) };
  }

  protected override judge({ large: found, infinite, apart }: Found): Verdict {
    if (apart > 0) return 'wrong';
    return farthest(found, infinite) === 0 ? 'holds' : 'limited';
  }

  protected override answer({ large: found, infinite, naive, apart }: Found): string {
    const row = (all: Float32Array): string => {
      const value = all[blind * size]!;
      return Number.isNaN(value) ? 'NaN' : String(Number(value.toFixed(3)));
    };
    return this.t(
      `Where a query sees at least one key the two give the same weights (largest difference ${apart}). Where it sees none, -1e20 swallows the scores and every hidden key gets ${row(found)}: the mask is ignored. A plain softmax over minus infinities gives ${row(naive)}, and the operator as ONNX defines it ${row(infinite)}. In half precision -1e20 is minus infinity anyway.`,
      `查询至少看到一个键时，两者权重相同（最大差 ${apart}）。一个也看不到时，-1e20 吞掉了分数，每个被遮的键都得 ${row(found)}：掩码等于没有。直接对负无穷做 softmax 得 ${row(naive)}，ONNX 定义的算子得 ${row(infinite)}。在半精度里，-1e20 本来就是负无穷。`,
    );
  }

  protected override evidence({ large: found, infinite, naive }: Found): TemplateResult {
    const { t } = this;
    const shown = (data: Float32Array, caption: string): TemplateResult =>
      matrix({ data, rows: names, columns: names, caption, full: 1, marked: blind });
    return html`<div class="pair">
        ${shown(found, t('Mask of −1e20', '掩码 −1e20'))}
        ${shown(infinite, t('Mask of −∞, as ONNX', '掩码 −∞，按 ONNX'))}
        ${shown(naive, t('Softmax of −∞, taken literally', '对 −∞ 照公式做 softmax'))}
      </div>
      <p class="caption">
        ${t(
          'Weights of four queries (rows) over four keys, causal; the marked query may see nothing.',
          '四个查询（行）对四个键的权重，因果掩码；标出的查询什么都看不到。',
        )}
      </p>`;
  }
}

const maskWith = (hidden: number): Tensor => ({
  shape: [size, size],
  data: Float32Array.from({ length: size * size }, (_, cell) => {
    const [i, j] = [Math.floor(cell / size), cell % size];
    return i === blind || j > i ? hidden : 0;
  }),
});

/** exp(s - max) / sum of masked scores, in the page's own arithmetic: infinity less infinity is not a number. */
async function naiveWeights(engine: WorkerEngine, q: Tensor, k: Tensor): Promise<Float32Array> {
  const masked = await engine.attention(q, k, k, { mask: maskWith(-Infinity), qk_matmul_output_mode: 2 });
  const scores = [...masked.qk_matmul_output!.data];
  const rows = Array.from({ length: size }, (_, i) => {
    const row = scores.slice(i * size, (i + 1) * size);
    const powers = row.map((score) => Math.exp(score - Math.max(...row)));
    return powers.map((power) => power / powers.reduce((a, b) => a + b, 0));
  });
  return Float32Array.from(rows.flat());
}
