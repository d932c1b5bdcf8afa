import { html, type TemplateResult } from 'lit';
import { codeOf } from '../rooms/formula.ts';
import { matrix, number, power } from '../rooms/matrix.ts';
import type { Translate } from '../rooms/section.ts';
import { embedded } from './non-local-maps.ts';
import { positionOf, rowOf, side, type Answer } from './non-local-results.ts';

const featureNames = ['g', 'G₁', 'G₂', '∂x', '∂y', 'Δ', 'σ', '−μ'];
const parts = Array.from({ length: embedded }, (_, n) => String(n + 1));

/** What is computed for the chosen position, from its features to the residual sum. */
export function numbers(answer: Answer, t: Translate): TemplateResult {
  const { question, x, twin, blocks, scores, strongest, added } = answer;
  const i = positionOf(question.at);
  const hasMaps = question.kind !== 'gaussian';
  const short = [
    ...(hasMaps
      ? ([
          ['θxᵢ', twin.theta, i],
          ['φxⱼ', twin.phi, strongest],
        ] as const)
      : []),
    ['g(xⱼ)', twin.g, strongest] as const,
    ['yᵢ', blocks[question.kind].y, i] as const,
  ];
  const long = [
    ['xᵢ', rowOf(x, i)],
    ['xⱼ', rowOf(x, strongest)],
    ['W_z yᵢ', added],
    ['zᵢ', rowOf(blocks[question.kind].output, i)],
  ] as const;
  const place = `${Math.floor(strongest / side)}, ${strongest % side}`;
  return html`<div>
    <h3>${t('The numbers of this position', '这个位置的各个数')}</h3>
    <dl class="facts">
      <dt>${t('Strongest key j (row, column)', '最强的键 j（行，列）')}</dt>
      <dd>${place}</dd>
      <dt>${t('its score', '它的分数')} sᵢⱼ</dt>
      <dd data-fact="score">${number(scores[strongest]!, 3)}</dd>
      <dt>${t('its weight', '它的权重')} pᵢⱼ</dt>
      <dd data-fact="weight">${number(rowOf(blocks[question.kind].pattern, i)[strongest]!, 4)}</dd>
    </dl>
    <div class="tables named">
      ${matrix({
        data: short.flatMap(([, all, at]) => [...rowOf(all, at)]),
        rows: short.map(([name]) => name),
        columns: parts,
        caption: t('Mapped, and the average y of all g(x)', '映射之后，以及所有 g(x) 的平均 y'),
      })}
      ${matrix({
        data: long.flatMap(([, row]) => [...row]),
        rows: long.map(([name]) => name),
        columns: featureNames,
        digits: 1,
        caption: t('Features, and the residual sum z = x + W_z y', '特征，以及残差和 z = x + W_z y'),
      })}
    </div>
    <details>
      <summary>${t('The eight features', '八个特征')}</summary>
      <p class="soft">
        ${t(
          'g brightness; G₁, G₂ blurred by sigma 1 and 2; ∂x, ∂y Sobel derivatives; Δ Laplacian; σ deviation in 5 × 5; −μ brightness less its mean in 5 × 5. Each has mean 0 and variance 1 over the picture.',
          'g 亮度；G₁、G₂ 以 σ = 1、2 模糊；∂x、∂y Sobel 导数；Δ 拉普拉斯；σ 5 × 5 内的标准差；−μ 亮度减去 5 × 5 内的均值。每个特征在整幅图上均值为 0、方差为 1。',
        )}
      </p>
      ${codeOf('local_features_operator', t)}
    </details>
  </div>`;
}

/** The block's y beside that of attention, and how far apart they are. */
export function twin({ twin: both, question }: Answer, t: Translate): TemplateResult {
  const i = positionOf(question.at);
  const [block, attention] = [rowOf(both.y, i), rowOf(both.output, i)];
  return html`<div>
    <h3>${t('The same as attention with one head', '它就是单头注意力')}</h3>
    <p class="caption">
      ${t(
        'Call θ(x) queries, φ(x) keys and g(x) values: embedded Gaussian with softmax is dot-product attention, without the root of d. Both are computed, by different functions of the core.',
        '把 θ(x) 叫作查询，φ(x) 叫作键，g(x) 叫作值：嵌入高斯加 softmax 就是点积注意力，只是不除以根号 d。两者由内核的不同函数分别算出。',
      )}
    </p>
    <div class="named words">
      ${matrix({
        data: [...block, ...attention, ...block.map((one, d) => one - attention[d]!)],
        rows: [t('block', '模块'), t('attention', '注意力'), t('difference', '相差')],
        columns: parts,
        digits: 5,
        caption: t('y of this position, number by number', '这个位置的 y，逐个数比较'),
      })}
    </div>
    <dl class="facts">
      <dt>${t(`Largest difference over all ${side * side} positions`, `全部 ${side * side} 个位置的最大差别`)}</dt>
      <dd data-fact="apart">${power(both.apart)}</dd>
    </dl>
  </div>`;
}
