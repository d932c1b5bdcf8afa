import { html, type TemplateResult } from 'lit';
import type { Edit, Tensor, WorkerEngine } from '../../src/engine/types.ts';
import { bars } from '../../src/elements/rooms/bars.ts';
import { defineHeatMap } from '../../src/elements/rooms/heatmap.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { number } from '../../src/elements/rooms/matrix.ts';
import { transposed } from '../../src/elements/rooms/tensors.ts';
import { headGrid } from '../../src/plots/index.ts';
import { Claim, type Verdict } from './claim.ts';
import { meanLoss, trainedModel } from './trainedModel.ts';

defineHeatMap();

/** A head that is missed less than this may go. */
const nothing = 0.01;
/** In an ensemble each member does the whole task: any one of them loses little, and none is missed much. */
const little = 0.1;

interface HeadPlace {
  layer: number;
  head: number;
}

interface Found {
  places: HeadPlace[];
  tokens: string[];
  /** (heads, tokens, tokens) of each layer. */
  patterns: Tensor[];
  correlations: Float32Array;
  loss: number;
  /** Without this head alone, and with this head alone in its layer. */
  without: number[];
  /** With 0 to all heads kept, the ones that are missed most first. */
  kept: number[];
}

/** "Several heads are only an ensemble." */
export class HeadsClaim extends Claim<Found> {
  protected readonly play = {
    href: 'index.html#model=sentences',
    en: 'Switch heads off in the playground',
    zh: '在游乐场里关掉头试试',
  };

  protected override async measure({ engine }: Lab): Promise<Found> {
    const model = await trainedModel(engine);
    const { n_layers, n_heads, examples } = model.info;
    const places = Array.from({ length: n_layers * n_heads }, (_, n) => ({
      layer: Math.floor(n / n_heads),
      head: n % n_heads,
    }));
    const { text } = examples.find(({ lang, phenomenon }) => lang === 'en' && phenomenon === 'order')!;
    const run = await model.run(text, { record: ['blocks.*.attn.pattern'], logits: 'last' });
    const patterns = Object.values(run.activations);
    const loss = await meanLoss(engine, model);
    const without: number[] = [];
    for (const place of places) without.push(await meanLoss(engine, model, off([place])));
    const byNeed = places.map((_, n) => n).sort((a, b) => without[b]! - without[a]!);
    const kept: number[] = [];
    for (let count = 0; count <= places.length; ++count) {
      kept.push(await meanLoss(engine, model, off(byNeed.slice(count).map((n) => places[n]!))));
    }
    const found = await correlations(engine, patterns);
    return { places, tokens: run.tokens, patterns, correlations: found, loss, without, kept };
  }

  protected override judge({ loss, without, kept }: Found): Verdict {
    const isMissed = Math.max(...without) > (1 + little) * loss;
    const oneIsLess = kept[1]! > (1 + little) * loss;
    return isMissed && oneIsLess ? 'wrong' : isMissed || oneIsLess ? 'limited' : 'holds';
  }

  protected override answer({ places, loss, without, kept }: Found): string {
    const worst = without.indexOf(Math.max(...without));
    const name = nameOf(places[worst]!);
    const idle = without.filter((x) => x < (1 + nothing) * loss).length;
    const [all, missed, one, none] = [loss, without[worst]!, kept[1]!, kept[0]!].map((x) => number(x));
    return this.t(
      `Members of an ensemble do the same task, and one is nearly as good as all. Here all ${places.length} heads together lose ${all} nats a token on the model’s own sentences, one alone ${one}, none ${none}. Take away ${name} only, and the loss is ${missed}: nobody else does its work. Heads do divide the task; that ${idle} of them may go one at a time without being missed only says that this model has more than it needs.`,
      `集成里的每个成员做同一件事，一个差不多顶得上全部。这里 ${places.length} 个头一起，在模型自己的句子上每个词元损失 ${all} 奈特，只留一个是 ${one}，一个不留是 ${none}。只拿掉 ${name}，损失就是 ${missed}：它的活没有别的头能做。头与头是分工；有 ${idle} 个头单独拿掉也不碍事，只说明这个模型的头有富余。`,
    );
  }

  protected override evidence({
    places,
    tokens,
    patterns,
    correlations: found,
    loss,
    without,
    kept,
  }: Found): TemplateResult {
    const { t } = this;
    const perLayer = places.length / patterns.length;
    return html`<p class="soft">${t('All heads over', '所有的头看')} <q>${tokens.join(' ')}</q></p>
      ${headGrid(patterns, { tokens, lang: this.isChinese ? 'zh' : 'en', theme: this.shade })}
      ${this.table(
        t(`Loss without a head; with all it is ${number(loss)}`, `拿掉一个头之后的损失；全部都在时是 ${number(loss)}`),
        ['', ...Array.from({ length: perLayer }, (_, head) => `H${head}`)],
        patterns.map((_, layer) => [
          `L${layer}`,
          ...without.slice(layer * perLayer, (layer + 1) * perLayer).map((value) => number(value)),
        ]),
      )}
      ${bars({
        data: kept,
        full: Math.max(...kept),
        label: t('Loss with 0 to all heads kept', '留下 0 个到全部头时的损失'),
      })}
      <p class="soft">
        ${t(
          `Loss with 0, 1, … ${places.length} heads kept, the most needed first: ${kept.map((x) => number(x)).join(', ')}`,
          `留下 0、1……${places.length} 个头时的损失，最需要的先留：${kept.map((x) => number(x)).join('、')}`,
        )}
      </p>
      <figure>
        <heat-map
          class="square"
          .map=${{ rows: places.length, columns: places.length, data: found }}
          .full=${1}
          .label=${t('Correlation of the heads’ maps', '各头注意力图的相关系数')}
          .rowName=${t('head', '头')}
          .columnName=${t('head', '头')}
        ></heat-map>
        <figcaption class="soft">
          ${t('Correlation of any two heads’ maps; full colour is 1', '任意两个头的注意力图的相关系数；最深是 1')}
        </figcaption>
      </figure>`;
  }
}

const nameOf = ({ layer, head }: HeadPlace): string => `L${layer}·H${head}`;
const off = (places: readonly HeadPlace[]): Edit[] =>
  places.map(({ layer, head }) => ({ at: `blocks.${layer}.attn.z`, head, set: 0 }));

/** Pearson's correlation between all cells of any two heads' maps: products of standardised rows over their length. */
async function correlations(engine: WorkerEngine, patterns: readonly Tensor[]): Promise<Float32Array> {
  const heads = patterns.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const data = Float32Array.from(patterns.flatMap((pattern) => [...pattern.data]));
  const cells = data.length / heads;
  const gain = { shape: [cells], data: new Float32Array(cells).fill(1 / Math.sqrt(cells)) };
  const bias = { shape: [cells], data: new Float32Array(cells) };
  const rows = await engine.layerNorm({ shape: [heads, cells], data }, gain, bias, { epsilon: 1e-12 });
  return (await engine.matmul(rows, transposed(rows))).data;
}
