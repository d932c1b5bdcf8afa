import { html, type TemplateResult } from 'lit';
import type { AttentionResult, Tensor } from '../../src/engine/types.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { matrix, number } from '../../src/elements/rooms/matrix.ts';
import { drawn, farthest } from '../../src/elements/rooms/tensors.ts';
import { Claim, type Verdict } from './claim.ts';

const [queries, keys, d] = [3, 5, 4];
const named = (letter: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);

interface Found {
  /** Of as many queries as keys: weights, and what they make of the values and of the queries. */
  pattern: Float32Array;
  toValues: Float32Array;
  toQueries: Float32Array;
  apart: number;
  /** How far the output moves when other values take their place. */
  moved: number;
  /** What the engine says to weights times queries where there are more keys than queries. */
  refusal: string;
}

/** "The weights are applied to the queries." */
export class QueriesClaim extends Claim<Found> {
  protected readonly play = {
    href: 'mechanisms.html#vectors',
    en: 'Drag the vectors and watch the output',
    zh: '拖动向量，看输出怎样变',
  };

  protected override async measure({ engine }: Lab): Promise<Found> {
    const [q, k, v, other] = [1, 2, 3, 4].map((seed) => drawn([1, keys, d], seed));
    const attend = (values: Tensor): Promise<AttentionResult & { pattern: Tensor }> => engine.attention(q!, k!, values);
    const [toValues, toQueries, toOther] = [await attend(v!), await attend(q!), await attend(other!)];
    const few = drawn([1, queries, d], 1);
    const refusal = await engine.attention(few, k!, few).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
    return {
      pattern: toValues.pattern.data,
      toValues: toValues.output.data,
      toQueries: toQueries.output.data,
      apart: farthest(toQueries.output.data, toValues.output.data),
      moved: farthest(toValues.output.data, toOther.output.data),
      refusal,
    };
  }

  protected override judge({ refusal, apart }: Found): Verdict {
    return refusal !== '' && apart > 0 ? 'wrong' : 'limited';
  }

  protected override answer({ apart, moved }: Found): string {
    return this.t(
      `Queries and keys only make the weights A; what A averages are the values. A Q is another matrix than A V (they differ by up to ${number(apart)}), and it knows nothing of the values: other values move the output by up to ${number(moved)} under the same weights. With ${queries} queries and ${keys} keys A Q cannot even be formed, for there is a weight for every key: the engine refuses.`,
      `查询和键只用来产生权重 A；A 平均的是值。A Q 和 A V 是两个不同的矩阵（相差可达 ${number(apart)}），而且 A Q 对值一无所知：换一批值，权重不动，输出最多变 ${number(moved)}。${queries} 个查询、${keys} 个键时，A Q 根本写不出来，因为权重是每个键一个：引擎拒绝计算。`,
    );
  }

  protected override evidence({ pattern, toValues, toQueries, refusal }: Found): TemplateResult {
    const { t } = this;
    const columns = named('', d);
    const rows = named('q', keys);
    const shown = (data: Float32Array, caption: string): TemplateResult => matrix({ data, rows, columns, caption });
    return html`${matrix({ data: pattern, rows, columns: named('k', keys), caption: t('Weights A', '权重 A'), full: 1 })}
      <div class="pair">
        ${shown(toValues, t('A V: attention’s output', 'A V：注意力的输出'))}
        ${shown(toQueries, t('A Q: the weights applied to the queries', 'A Q：权重乘在查询上'))}
      </div>
      <p class="caption">
        ${t(`A Q of ${queries} queries and ${keys} keys, says the engine:`, `${queries} 个查询、${keys} 个键的 A Q，引擎说：`)}
        <code data-refusal>${refusal}</code>
      </p>`;
  }
}
