import { html, type TemplateResult } from 'lit';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { matrix, number } from '../../src/elements/rooms/matrix.ts';
import { drawn } from '../../src/elements/rooms/tensors.ts';
import { Claim, type Verdict } from './claim.ts';
import { maskOf, meanLoss, predictions, trainedModel, type Prediction } from './trainedModel.ts';

const [size, width] = [5, 8];
const names = Array.from({ length: size }, (_, i) => String(i + 1));

interface Found {
  inclusive: Float32Array;
  strict: Float32Array;
  told: Prediction[];
  /** Mean loss of a trained model as it is, and with its own position hidden. */
  loss: number;
  lossStrict: number;
}

/** "A mask must exclude the current position." */
export class DiagonalClaim extends Claim<Found> {
  protected readonly play = {
    href: 'mechanisms.html#masks',
    en: 'Paint the diagonal yourself',
    zh: '自己涂对角线',
  };

  protected override async measure({ engine }: Lab): Promise<Found> {
    const [q, k] = [1, 2].map((seed) => drawn([1, size, width], seed));
    const pattern = async (offset: number): Promise<Float32Array> =>
      (await engine.attention(q!, k!, k!, { causal: true, params: { offset } })).pattern.data;
    const model = await trainedModel(engine);
    const edits = [{ at: 'blocks.*.attn.scores', mask: maskOf(model, (i, j) => j < i)! }];
    const sentence = model.info.examples.find(({ lang }) => lang === (this.isChinese ? 'zh' : 'en'))!.text;
    return {
      inclusive: await pattern(0),
      strict: await pattern(-1),
      told: await predictions(engine, model, sentence),
      loss: await meanLoss(engine, model),
      lossStrict: await meanLoss(engine, model, edits),
    };
  }

  protected override judge({ loss, lossStrict }: Found): Verdict {
    return lossStrict < loss ? 'holds' : 'wrong';
  }

  protected override answer({ loss, lossStrict }: Found): string {
    return this.t(
      `Position i reads token i and is asked for token i + 1: the targets are shifted by one, so the token’s own key tells nothing of the answer. Hidden as well, the first query has nothing left to see, and the model “sentences” gets worse: ${number(lossStrict)} nats of surprise a token instead of ${number(loss)}. The mask must hide what comes after; the diagonal stays.`,
      `位置 i 读第 i 个词元，要预测的是第 i + 1 个：目标错开了一位，自己的键并不透露答案。连它也遮住，第一个查询就什么都看不到，“sentences”模型也变差了：每个词元的意外程度从 ${number(loss)} 变成 ${number(lossStrict)} 奈特。该遮的是后面的位置，对角线要留下。`,
    );
  }

  protected override evidence({ inclusive, strict, told }: Found): TemplateResult {
    const { t } = this;
    const shown = (data: Float32Array, caption: string, offset: number): TemplateResult =>
      matrix({ data, rows: names, columns: names, caption, full: 1, hidden: (i, j) => j > i + offset });
    return html`<div class="pair">
        ${shown(inclusive, t('With the diagonal (offset 0)', '含对角线（offset 0）'), 0)}
        ${shown(strict, t('Without it (offset −1): the first row is empty', '不含对角线（offset −1）：第一行是空的'), -1)}
      </div>
      ${this.table(
        t('The shift by one, in a trained model', '训练好的模型里的“错开一位”'),
        [t('reads', '读到'), t('is asked for', '要预测'), t('gives it', '给出的概率')],
        told.map(({ token, next, logProbability }) => [token, next, `${number(100 * Math.exp(logProbability), 1)} %`]),
      )}`;
  }
}
