import { html, svg, type TemplateResult } from 'lit';
import { codeOf, formula, tex } from '../rooms/formula.ts';
import { matrix, number } from '../rooms/matrix.ts';
import type { Translate } from '../rooms/section.ts';
import { classMatrix, scatter } from './dissimilarity-pictures.ts';
import type { Answer } from './dissimilarity-results.ts';
import { projectionNames, type Projected, type Projection } from './projection.ts';

interface Parts {
  t: Translate;
  columns: readonly string[];
  answer: Answer;
  /** Null while there is none, and for a table of one column. */
  projected: Projected | null;
  /** Accuracy with all columns. */
  before: number | null;
  at: number;
  chosen: Projection;
  seed: number;
  isRunning: boolean;
  tell: (row: number, column: number, value: number) => string;
  onChoose: (name: Projection) => void;
  onRow: (row: number) => void;
  onSeed: () => void;
  /** So many steps of the fit more, none to stop; null to begin again. */
  onFit: (steps: number | null) => void;
  runSteps: number;
}

/** A matrix with more rows is not written out. */
const mostNamed = 12;

const percent = (share: number): string => `${number(100 * share, 1)}%`;

/** From d numbers to 2: three projections, points and matrix after them, and what the vote is worth there. */
export function projectionBench(parts: Parts): TemplateResult {
  const { t, projected, answer, at, onRow } = parts;
  const { table } = answer.question;
  const width = table.columns.length;
  const heading = html`<h3>${t(`Projected: from ${width} numbers to 2`, `投影：从 ${width} 个数到 2 个`)}</h3>`;
  if (width < 2) {
    return html`${heading}
      <p class="caption">${t('There is one column: nothing to project.', '只有一列：没有什么可投影。')}</p>`;
  }
  return html`${heading}
    <p class="caption">
      ${t(
        'What counts as alike need not be given. Multiply every row by a matrix W_Q and compare what comes out: principal components keep the spread, a random W_Q keeps what it happens to, a fitted one keeps what tells the classes apart. Attention learns its W_Q and W_K in this way.',
        '怎样才算像，不必事先给定。把每一行乘上矩阵 W_Q，再比较结果：主成分保留散布，随机的 W_Q 碰巧保留什么就是什么，拟合出来的保留能区分类别的东西。注意力的 W_Q 和 W_K 就是这样学来的。',
      )}
    </p>
    <div class="bench">
      <div class="stack">${choices(parts)} ${projected ? mapOf(parts, projected) : ''}</div>
      ${
        projected
          ? html`<div>
                <figure>
                  <figcaption>${t('Every row as a point; lines: weights', '每行是一个点；连线：权重')}</figcaption>
                  ${scatter({
                    table,
                    z: projected.z,
                    at,
                    weights: projected.weights.data.slice(at * table.rows, (at + 1) * table.rows),
                    label: t('Rows projected to the plane', '投影到平面上的各行'),
                    onChoose: onRow,
                  })}
                </figure>
                ${projected.chosen === 'fitted' && table.labels ? progress(parts, projected.losses) : ''}
              </div>
              <div>${matrices(parts, projected)}</div>`
          : ''
      }
    </div>`;
}

function matrices({ t, columns, answer, at, tell, onRow }: Parts, projected: Projected): TemplateResult {
  const shared = { table: answer.question.table, at, tell, onChoose: onRow };
  const before = t(`Before: ${columns.length} numbers`, `之前：${columns.length} 个数`);
  return html`<div class="pair">
      ${classMatrix({ ...shared, map: answer.matrix, caption: before })}
      ${classMatrix({ ...shared, map: projected.matrix, caption: t('After: 2 numbers', '之后：2 个数') })}
    </div>
    ${
      columns.length <= mostNamed
        ? html`<div class="named">
            ${matrix({
              data: projected.weightsOfMap.data,
              rows: columns,
              columns: ['1', '2'],
              caption: t('The matrix that every row is multiplied by', '每一行都要乘的矩阵'),
            })}
          </div>`
        : ''
    }`;
}

function choices({ t, projected, before, chosen, onChoose }: Parts): TemplateResult {
  const names = {
    pca: t('Principal components', '主成分'),
    random: t('Random W_Q', '随机的 W_Q'),
    fitted: t('Fitted W_Q', '拟合的 W_Q'),
  };
  return html`<table class="share projections">
    <thead>
      <tr>
        <td></td>
        <th scope="col">${t('vote right', '投票猜对')}</th>
      </tr>
    </thead>
    <tbody>
      <tr>
        <th scope="row">${t('Before: all numbers', '之前：所有的数')}</th>
        <td data-fact="before">${before === null ? '–' : percent(before)}</td>
      </tr>
      ${projectionNames.map(
        (name) =>
          html`<tr>
            <th scope="row">
              <label class="check"
                ><input
                  type="radio"
                  name="projection"
                  value=${name}
                  .checked=${name === chosen}
                  @change=${() => onChoose(name)}
                />${names[name]}</label
              >
            </th>
            <td class=${name === chosen ? 'now' : ''} data-fact=${`after-${name}`}>
              ${projected?.accuracies ? percent(projected.accuracies[name]) : '–'}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function mapOf(parts: Parts, projected: Projected): TemplateResult {
  const { t, seed, onSeed } = parts;
  return html`
    ${
      projected.chosen === 'pca'
        ? codeOf('principal_components_operator', t)
        : html`<p class="row">
            <button type="button" @click=${onSeed}>${t('Other random numbers', '换一组随机数')}</button>
            <span class="soft">${t('seed', '种子')} ${seed}</span>
          </p>`
    }
    ${projected.chosen === 'fitted' ? fitting(parts) : ''}
  `;
}

function fitting({ t, answer, isRunning, onFit, runSteps }: Parts): TemplateResult {
  if (!answer.question.table.labels) {
    return html`<p class="caption">${t('Without classes there is nothing to fit.', '没有类别，就没有可拟合的。')}</p>`;
  }
  return html`
    <p class="row">
      <button type="button" ?disabled=${isRunning} @click=${() => onFit(1)}>${t('Step', '走一步')}</button>
      <button type="button" @click=${() => onFit(isRunning ? 0 : runSteps)}>
        ${isRunning ? t('Stop', '停') : t(`Run ${runSteps} steps`, `走 ${runSteps} 步`)}
      </button>
      <button type="button" @click=${() => onFit(null)}>${t('Start again', '重新开始')}</button>
    </p>
    <div class="explained">
      <p class="formula">${formula(tex`1 - \frac{1}{n} \sum_i \sum_{j:\, c_j = c_i} p_{ij}`)}</p>
      <p class="formula">
        ${formula(tex`p_{ij} = \operatorname{softmax}_{j \ne i}\left(-\lVert x_i W - x_j W \rVert^2\right)`)}
      </p>
      <p class="soft">Goldberger et al. 2004, Neighbourhood Components Analysis</p>
      ${codeOf('loss_of', t)}
    </div>
  `;
}

/** How the fit has come along. */
function progress({ t }: Parts, losses: readonly number[]): TemplateResult {
  return html`${lossCurve(losses, t('Loss over the steps', '损失随步数的变化'))}
    <dl class="facts">
      <dt>${t('Steps', '步数')}</dt>
      <dd data-fact="steps">${losses.length - 1}</dd>
      <dt>${t('Loss: weight that goes to other classes', '损失：落在其他类别上的权重')}</dt>
      <dd data-fact="loss">${number(losses.at(-1)!, 4)}</dd>
    </dl>`;
}

const [left, width, height, floor] = [34, 320, 110, 88];

/** Losses from 0 to 1, the last one marked. */
function lossCurve(losses: readonly number[], label: string): TemplateResult {
  const x = (i: number): number => left + ((width - left - 10) * i) / Math.max(losses.length - 1, 1);
  const y = (loss: number): number => floor - (floor - 8) * Math.min(loss, 1);
  const path = losses.map((loss, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(loss).toFixed(1)}`).join('');
  return html`<svg class="curves" viewBox="0 0 ${width} ${height}" role="img" aria-label=${label}>
    ${[0, 1].map(
      (value) => svg`<path class="axis" d="M${left} ${y(value)}H${width - 10}" />
        <text x=${left - 5} y=${y(value) + 4} text-anchor="end">${value}</text>`,
    )}
    <text x=${left} y=${height - 4}>0</text>
    <text x=${width - 10} y=${height - 4} text-anchor="end">${losses.length - 1}</text>
    <path class="curve side-0" d=${path} />
    <circle class="dot side-0" cx=${x(losses.length - 1)} cy=${y(losses.at(-1)!)} r="4" />
  </svg>`;
}
