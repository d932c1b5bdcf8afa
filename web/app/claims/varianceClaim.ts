import { html, type PropertyValues, type TemplateResult } from 'lit';
import type { Tensor } from '../../src/engine/types.ts';
import { numeric } from '../../src/elements/rooms/attributes.ts';
import { bars } from '../../src/elements/rooms/bars.ts';
import { slider } from '../../src/elements/rooms/controls.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { number } from '../../src/elements/rooms/matrix.ts';
import { Room } from '../../src/elements/rooms/room.ts';
import { drawn } from '../../src/elements/rooms/tensors.ts';
import { Claim, type Verdict } from './claim.ts';

const samples = 10_000;
const mostExponent = 8;
const bins = 61;
/** A variance counts as 1 when it is no farther off: sampling alone moves it by about sqrt(2 / samples). */
const near = 0.1;

/** Products of samples of one kind, before and after the division. */
interface Kind {
  before: Float32Array;
  after: Float32Array;
}
interface Found {
  d: number;
  independent: Kind;
  shifted: Kind;
  same: Kind;
}

/** "Dividing by sqrt(d) keeps the variance at 1." */
export class VarianceClaim extends Claim<Found> {
  static override properties = { ...Room.properties, d: numeric(1, 2 ** mostExponent, 64) };
  declare d: number;
  protected readonly play = {
    href: 'mechanisms.html#scaling?d=64',
    en: 'See what it does to the weights',
    zh: '看看它对权重的影响',
  };

  constructor() {
    super();
    this.d = 64;
  }

  protected override willUpdate(changes: PropertyValues): void {
    super.willUpdate(changes);
    if (changes.has('d') && this.hasUpdated) this.recompute();
  }

  protected override async measure({ engine }: Lab): Promise<Found> {
    const d = 2 ** Math.round(Math.log2(this.d));
    const shape = [samples, 1, d];
    const products = async (q: Tensor, k: Tensor, scoring: string): Promise<Float32Array> => {
      const value = { shape: [samples, 1, 1], data: new Float32Array(samples) };
      const run = await engine.attention(q, k, value, { scoring, qk_matmul_output_mode: 0 });
      return run.qk_matmul_output!.data;
    };
    const kind = async (q: Tensor, k: Tensor): Promise<Kind> => ({
      before: await products(q, k, 'dot_product'),
      after: await products(q, k, 'scaled_dot_product'),
    });
    const [q, k] = [drawn(shape, 1), drawn(shape, 2)];
    const raised = ({ data }: Tensor): Tensor => ({ shape, data: data.map((x) => x + 0.5) });
    return {
      d,
      independent: await kind(q, k),
      shifted: await kind(raised(q), raised(k)),
      same: await kind(q, q),
    };
  }

  protected override judge({ independent, shifted, same }: Found): Verdict {
    const keeps = ({ after }: Kind): boolean => Math.abs(moments(after).variance - 1) < near;
    if (!keeps(independent)) return 'wrong';
    return keeps(shifted) && keeps(same) ? 'holds' : 'limited';
  }

  protected override answer({ d, independent, shifted, same }: Found): string {
    const [before, after, raised, equal] = [independent.before, independent.after, shifted.after, same.after].map(
      (values) => number(moments(values).variance),
    );
    return this.t(
      `Of ${samples.toLocaleString('en')} products of ${d} independent numbers with mean 0 and variance 1, the variance is ${before} before the division and ${after} after it. That is all the root promises: with a mean of 0.5 the variance is ${raised}, and where queries equal keys ${equal}. Nothing keeps trained queries and keys independent.`,
      `${samples} 个点积，每个由 ${d} 对相互独立、均值 0、方差 1 的数得到：除之前方差是 ${before}，除之后是 ${after}。根号保证的只有这些：均值是 0.5 时方差是 ${raised}，查询等于键时是 ${equal}。训练之后，没有什么保证查询和键仍然独立。`,
    );
  }

  protected override evidence({ d, independent, shifted, same }: Found): TemplateResult {
    const { t } = this;
    const reach = 4 * Math.sqrt(d);
    const rows: [string, Kind][] = [
      [t('independent, mean 0', '独立，均值 0'), independent],
      [t('independent, mean 0.5', '独立，均值 0.5'), shifted],
      [t('query = key', '查询 = 键'), same],
    ];
    return html`${slider({
        id: 'variance-d',
        label: 'd',
        hint: t('numbers in a query and in a key', '查询和键各有多少个数'),
        value: Math.log2(d),
        maximum: mostExponent,
        text: String(d),
        onChange: (n) => (this.d = 2 ** n),
      })}
      <div class="pair">
        ${this.#histogram(independent.before, reach, t('Before: q · k', '除之前：q · k'))}
        ${this.#histogram(independent.after, reach, t('After: q · k / √d', '除之后：q · k / √d'))}
      </div>
      ${this.table(
        t('Mean and variance of the products', '点积的均值和方差'),
        [
          '',
          t('mean before', '均值（前）'),
          t('variance before', '方差（前）'),
          t('mean after', '均值（后）'),
          t('variance after', '方差（后）'),
        ],
        rows.map(([name, { before, after }]) => [
          name,
          ...[before, after].flatMap((values) => {
            const { mean, variance } = moments(values);
            return [number(mean), number(variance)];
          }),
        ]),
      )}`;
  }

  #histogram(values: Float32Array, reach: number, label: string): TemplateResult {
    const counts = new Array<number>(bins).fill(0);
    for (const x of values) {
      const bin = Math.floor(((x + reach) / (2 * reach)) * bins);
      if (bin >= 0 && bin < bins) counts[bin]! += 1;
    }
    return html`<figure>
      ${bars({ data: counts, full: Math.max(...counts), label })}
      <figcaption class="soft">${label}; −${number(reach, 0)} … ${number(reach, 0)}</figcaption>
    </figure>`;
  }
}

function moments(values: Float32Array): { mean: number; variance: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length };
}
