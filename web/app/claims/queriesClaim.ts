import { html, type TemplateResult } from 'lit';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { matrix, number } from '../../src/elements/rooms/matrix.ts';
import { drawn, farthest } from '../../src/elements/rooms/tensors.ts';
import { Claim, type Verdict } from './claim.ts';

const [queries, keys, d] = [3, 5, 4];
const named = (letter: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);

interface Found {
  pattern: Float32Array;
  values: Float32Array;
  output: Float32Array;
  /** Of other values, under the same weights. */
  otherOutput: Float32Array;
  /** What the engine says to weights times queries. */
  refusal: string;
  /** Largest difference between A Q and A V where there are as many queries as keys. */
  apart: number;
}

/** "The weights are applied to the queries." */
export class QueriesClaim extends Claim<Found> {
  protected readonly play = {
    href: 'mechanisms.html#vectors',
    en: 'Drag the vectors and watch the output',
    zh: '拖动向量，看输出怎样变',
  };

  protected override async measure({ engine }: Lab): Promise<Found> {
    const [q, k] = [drawn([1, queries, d], 1), drawn([1, keys, d], 2)];
    const [v, other, square] = [3, 4, 5].map((seed) => drawn([1, keys, d], seed));
    const { output, pattern } = await engine.attention(q, k, v!);
    const changed = await engine.attention(q, k, other!);
    const toQueries = await engine.attention(square!, k, square!);
    const toValues = await engine.attention(square!, k, v!);
    const refusal = await engine.attention(q, k, q).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
    return {
      pattern: pattern.data,
      values: v!.data,
      output: output.data,
      otherOutput: changed.output.data,
      refusal,
      apart: farthest(toQueries.output.data, toValues.output.data),
    };
  }

  protected override judge({ refusal, apart }: Found): Verdict {
    return refusal !== '' && apart > 0 ? 'wrong' : 'limited';
  }

  protected override answer({ apart }: Found): string {
    return this.t(
      `Queries and keys only make the weights A; what A averages are the values. There is one weight for each key, so A times the ${queries} queries has no meaning here: the engine refuses. With as many queries as keys it can be computed and is something else (it differs by up to ${number(apart)} here). And other values under the same weights give another output, though no query has moved.`,
      `查询和键只用来产生权重 A；A 平均的是值。每个键一个权重，所以 A 乘 ${queries} 个查询在这里根本没有意义：引擎拒绝计算。查询和键一样多时虽然能算，得到的却是别的东西（这里相差可达 ${number(apart)}）。权重不变、换一批值，输出就变了，而查询一个也没动。`,
    );
  }

  protected override evidence({ pattern, values, output, otherOutput, refusal }: Found): TemplateResult {
    const { t } = this;
    const columns = named('', d);
    return html`<div class="pair">
        ${matrix({ data: pattern, rows: named('q', queries), columns: named('k', keys), caption: t('Weights A', '权重 A'), full: 1 })}
        ${matrix({ data: values, rows: named('v', keys), columns, caption: t('Values V', '值 V') })}
        ${matrix({ data: output, rows: named('z', queries), columns, caption: t('Output A V', '输出 A V') })}
        ${matrix({ data: otherOutput, rows: named('z', queries), columns, caption: t('A times other values', 'A 乘另一批值') })}
      </div>
      <p class="caption">
        ${t('A times Q, says the engine:', 'A 乘 Q，引擎说：')} <code data-refusal>${refusal}</code>
      </p>`;
  }
}
