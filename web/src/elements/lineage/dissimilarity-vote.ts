import { html, type TemplateResult } from 'lit';
import { codeOf } from '../rooms/formula.ts';
import { number } from '../rooms/matrix.ts';
import type { Translate } from '../rooms/section.ts';
import { accuracyCurves, weightBars } from './dissimilarity-pictures.ts';
import type { Answer, Way } from './dissimilarity-results.ts';
import { nearest } from './dissimilarity-scores.ts';

export interface Shown {
  t: Translate;
  answer: Answer;
  /** The chosen row, from 0. */
  at: number;
  isFlipped: boolean;
  told: (row: number) => string;
  className: (one: number) => string;
}

/** Whom the chosen row listens to: its weights, its nearest, and the votes it gets. */
export function chosenRow({ t, answer, at, isFlipped, told, className }: Shown): TemplateResult {
  const { table } = answer.question;
  const way = isFlipped ? answer.flipped : answer.nearest;
  const near = nearest(answer.scores, at);
  const row = way.weights.data.slice(at * table.rows, (at + 1) * table.rows);
  const title = t(`What ${told(at)} listens to`, `${told(at)}听谁的`);
  const votes = way.vote?.votes.data.slice(at * table.classes.length, (at + 1) * table.classes.length);
  return html`<div>
    <h3>${title}</h3>
    ${weightBars({
      table,
      weights: row,
      neighbour: near,
      at,
      label: title,
      tell: (j, weight) => `${told(j)}: ${number(weight, 4)}`,
    })}
    <dl class="facts">
      <dt>${t('Nearest', '最近的')} ▼</dt>
      <dd data-fact="nearest">${told(near)}</dd>
      <dt>${t('Its weight', '它的权重')}</dt>
      <dd data-fact="neighbour">${number(row[near]!, 4)}</dd>
      ${Array.from(
        votes ?? [],
        (share, one) =>
          html`<dt>${t('Votes for', '投给')} ${className(one)}</dt>
            <dd data-fact="votes">${number(share, 3)}</dd>`,
      )}
    </dl>
  </div>`;
}

/** Leave one out: how often the vote finds the class, with both signs, over all bandwidths. */
export function vote({ t, answer, at, isFlipped }: Shown): TemplateResult {
  const { table, bandwidth } = answer.question;
  const near = nearest(answer.scores, at);
  const far = nearest(answer.scores, at, -1);
  const weight = ({ weights }: Way, j: number): string => number(weights.data[at * table.rows + j]!, 4);
  const share = (way: Way): string => (way.vote ? `${number(100 * way.vote.accuracy, 1)}%` : '–');
  const line = (name: string, fact: string, cell: (way: Way) => string): TemplateResult =>
    html`<tr>
      <th scope="row">${name}</th>
      <td class=${isFlipped ? '' : 'now'} data-fact=${`${fact}-nearest`}>${cell(answer.nearest)}</td>
      <td class=${isFlipped ? 'now' : ''} data-fact=${`${fact}-flipped`}>${cell(answer.flipped)}</td>
    </tr>`;
  const [one, other] = [answer.nearest.vote, answer.flipped.vote];
  return html`<div>
    <h3>${t('Leave one out: does the vote find the class?', '留一：投票能猜对类别吗？')}</h3>
    ${
      one && other
        ? accuracyCurves({
            label: t('Share of rows that the vote gets right, over the bandwidth', '投票猜对的比例随带宽的变化'),
            all: [
              { side: 0, values: one.curve, now: one.accuracy },
              { side: 1, values: other.curve, now: other.accuracy },
            ],
            bandwidth,
          })
        : ''
    }
    <table class="share">
      <thead>
        <tr>
          <td></td>
          <th scope="col">${t('the like weigh more', '像的权重大')}</th>
          <th scope="col">${t('sign flipped (dashed)', '符号反转（虚线）')}</th>
        </tr>
      </thead>
      <tbody>
        ${line(t('Weight of the nearest', '最近者的权重'), 'near', (way) => weight(way, near))}
        ${line(t('Weight of the farthest', '最远者的权重'), 'far', (way) => weight(way, far))}
        ${line(t('Rows that the vote gets right', '投票猜对的行'), 'accuracy', share)}
      </tbody>
    </table>
    ${
      bandwidth === Infinity && one
        ? html`<p class="caption">
            ${t(
              'At ∞ all vote alike. A row has no vote on itself, so its own class lacks one: with classes of one size every row is wrong.',
              '带宽为 ∞ 时人人一票。自己不能投自己，自己的类就少一票：各类一样大时，每一行都会猜错。',
            )}
          </p>`
        : ''
    }
    ${codeOf('leave_one_out_vote_operator', t)}
  </div>`;
}
