import { type TemplateResult } from 'lit';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { number } from '../../src/elements/rooms/matrix.ts';
import { drawn } from '../../src/elements/rooms/tensors.ts';
import { Claim, type Verdict } from './claim.ts';

const [heads, tokens, headWidth] = [8, 32, 64];
const modelWidth = heads * headWidth;
const divisors = [headWidth, modelWidth, 1];
/** A spread counts as 1 when it is no farther off. */
const near = 0.1;

interface Setting {
  spread: number;
  entropies: Float32Array;
}
type Found = readonly Setting[];

/** "Scores are scaled by the square root of the embedding size." */
export class ScaleClaim extends Claim<Found> {
  protected readonly play = {
    href: 'mechanisms.html#scaling?d=512',
    en: 'Turn d yourself',
    zh: '自己调 d 看看',
  };

  /** By the head's root, by the embedding's, by nothing. */
  protected override measure({ engine }: Lab): Promise<Found> {
    const [q, k] = [1, 2].map((seed) => drawn([heads, tokens, headWidth], seed));
    return Promise.all(
      divisors.map(async (divisor) => {
        const scale = 1 / Math.sqrt(divisor);
        const run = await engine.attention(q!, k!, k!, { scale, qk_matmul_output_mode: 0 });
        const { data } = run.qk_matmul_output!;
        const spread = Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
        return { spread, entropies: (await engine.headEntropy(run.pattern)).data };
      }),
    );
  }

  protected override judge([byHead, byModel]: Found): Verdict {
    const keeps = ({ spread }: Setting): boolean => Math.abs(spread - 1) < near;
    return keeps(byModel!) ? 'holds' : keeps(byHead!) ? 'wrong' : 'limited';
  }

  protected override answer([byHead, byModel]: Found): string {
    const [head, model] = [byHead!, byModel!].map(({ spread }) => number(spread));
    const [sharp, flat] = [byHead!, byModel!].map(({ entropies }) => number(mean(entropies)));
    const most = number(Math.log(tokens));
    return this.t(
      `What is summed over is a head, ${headWidth} numbers of the ${modelWidth}. Divided by √${headWidth} the scores spread by ${head}; divided by √${modelWidth} only by ${model}, and all heads are almost even: entropy ${flat} instead of ${sharp}, where ${most} would see nothing of the scores at all. The two agree for one head alone.`,
      `求和是在一个头里，${modelWidth} 个数中的 ${headWidth} 个。除以 √${headWidth}，分数的标准差是 ${head}；除以 √${modelWidth} 只有 ${model}，所有的头都几乎平均：熵是 ${flat}，而不是 ${sharp}；${most} 就表示完全不理会分数。只有一个头时两者才一样。`,
    );
  }

  protected override evidence(found: Found): TemplateResult {
    const { t } = this;
    const names = [`√${headWidth} (${t('head', '头')})`, `√${modelWidth} (${t('embedding', '嵌入')})`, '1'];
    const number2 = (value: number): string => number(value);
    return this.table(
      t(
        `Entropy of the weights of eight heads, ${tokens} tokens; ln ${tokens} = ${number(Math.log(tokens))} is even`,
        `八个头的权重的熵，${tokens} 个词元；ln ${tokens} = ${number(Math.log(tokens))} 表示完全平均`,
      ),
      [t('divided by', '除以'), ...names],
      [
        [t('spread of scores', '分数的标准差'), ...found.map(({ spread }) => number2(spread))],
        ...Array.from({ length: heads }, (_, head) => [
          t(`head ${head + 1}`, `第 ${head + 1} 头`),
          ...found.map(({ entropies }) => number2(entropies[head]!)),
        ]),
        [t('mean', '平均'), ...found.map(({ entropies }) => number2(mean(entropies)))],
      ],
    );
  }
}

const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;
