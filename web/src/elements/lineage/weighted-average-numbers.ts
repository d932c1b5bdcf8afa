import { html, type TemplateResult } from 'lit';
import { number } from '../rooms/matrix.ts';
import type { Translate } from '../rooms/section.ts';
import { styled } from '../rooms/styled.ts';
import { trueCurve, type Point } from './noisy-points.ts';
import { inOrder } from './weighted-average-plot.ts';

/** A query's weighted average; without a query, that of all points alike. */
export interface Average {
  points: readonly Point[];
  query: number | null;
  output: number;
  /** Of the points, in their order. */
  weights: Float32Array;
}

export const sumOf = (weights: Float32Array): number => weights.reduce((a, b) => a + b, 0);

/** What comes out at the query. */
export function facts(t: Translate, { output, weights, query }: Average): TemplateResult {
  const sum = sumOf(weights);
  const squares = weights.reduce((a, b) => a + b * b, 0);
  return html`<dl class="facts">
      <dt>${t('Weighted average', '加权平均')}</dt>
      <dd data-fact="estimate">${number(output, 3)}</dd>
      ${
        query === null
          ? ''
          : html`<dt>${t('Curve the points come from', '数据点来源的曲线')}</dt>
              <dd>${number(trueCurve(query), 3)}</dd>`
      }
      <dt>${t('Sum of the weights', '权重之和')}</dt>
      <dd data-fact="sum">${number(sum, 3)}</dd>
      <dt>${t('As many points as if all counted alike, 1/Σw²', '相当于几个点平均，1/Σw²')}</dt>
      <dd data-fact="effective">${number(squares > 0 ? 1 / squares : 0, 1)} ${t('of', '/')} ${weights.length}</dd>
    </dl>
    ${
      sum > 0
        ? ''
        : html`<p class="soft" role="status">
            ${t(
              'No point is near enough: all weights are 0, and so is the output, as in a row of attention that sees nothing.',
              '附近没有点：所有权重为 0，输出也是 0，就像注意力里什么都看不到的一行。',
            )}
          </p>`
    }`;
}

/** The weights from left to right. */
export function rowNumbers(t: Translate, { points, weights }: Average): TemplateResult {
  const most = weights.reduce((a, b) => Math.max(a, b), 0);
  return html`<h3>${t('The row of q as numbers', 'q 的那一行，写成数字')}</h3>
    <ol class="row-numbers" aria-label=${t('Weights from left to right', '从左到右的权重')}>
      ${inOrder(points).map(
        (index) =>
          html`<li ${styled({ '--heat': most > 0 ? (weights[index]! / most).toFixed(3) : '0' })}>
            ${number(weights[index]!, 3)}
          </li>`,
      )}
    </ol>`;
}
