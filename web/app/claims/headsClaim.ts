import { html, type TemplateResult } from 'lit';
import type { Edit, Tensor, WorkerEngine, WorkerModel } from '../../src/engine/types.ts';
import { bars } from '../../src/elements/rooms/bars.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { matrix, number } from '../../src/elements/rooms/matrix.ts';
import { reshaped, transposed } from '../../src/elements/rooms/tensors.ts';
import { Claim, type Verdict } from './claim.ts';
import { meanLoss, trainedModel } from './trainedModel.ts';

/** In an ensemble each member does the whole task: any one of them loses little, and none is missed much. */
const little = 0.1;

interface HeadPlace {
  layer: number;
  head: number;
}

interface Found {
  places: HeadPlace[];
  text: string;
  /** (heads, tokens, tokens) of all layers. */
  patterns: Tensor;
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
    const patterns = await patternsOf(model, text);
    const loss = await meanLoss(engine, model);
    const without: number[] = [];
    for (const place of places) without.push(await meanLoss(engine, model, off([place])));
    const byNeed = places.map((_, n) => n).sort((a, b) => without[b]! - without[a]!);
    const kept: number[] = [];
    for (let count = 0; count <= places.length; ++count) {
      kept.push(await meanLoss(engine, model, off(byNeed.slice(count).map((n) => places[n]!))));
    }
    return { places, text, patterns, correlations: await correlations(engine, patterns), loss, without, kept };
  }

  protected override judge({ loss, without, kept }: Found): Verdict {
    const isMissed = Math.max(...without) > (1 + little) * loss;
    const oneIsLess = kept[1]! > (1 + little) * loss;
    return isMissed && oneIsLess ? 'wrong' : isMissed || oneIsLess ? 'limited' : 'holds';
  }

  protected override answer({ places, loss, without, kept }: Found): string {
    const worst = without.indexOf(Math.max(...without));
    const name = nameOf(places[worst]!);
    const [all, missed, one, none] = [loss, without[worst]!, kept[1]!, kept[0]!].map((x) => number(x));
    return this.t(
      `Members of an ensemble do the same task, and one is nearly as good as all. Here all ${places.length} heads together lose ${all} nats a token on the model’s own sentences, one alone ${one}, none ${none}. Take away ${name} only, and the loss is ${missed}: nobody else does its work. Their maps differ too; a correlation of 1 would be the same map.`,
      `集成里的每个成员做同一件事，一个差不多顶得上全部。这里 ${places.length} 个头一起，在模型自己的句子上每个词元损失 ${all} 奈特，只留一个是 ${one}，一个不留是 ${none}。只拿掉 ${name}，损失就是 ${missed}：它的活没有别的头能做。它们的图也不一样；相关系数为 1 才是同一张图。`,
    );
  }

  protected override evidence({
    places,
    text,
    patterns,
    correlations: found,
    loss,
    without,
    kept,
  }: Found): TemplateResult {
    const { t } = this;
    const names = places.map(nameOf);
    const tokens = patterns.shape[1]!;
    const blank = Array.from({ length: tokens }, () => '');
    return html`<p class="soft">${t('Heads over', '各个头看')} <q>${text}</q></p>
      <div class="maps">
        ${places.map(
          (place, n) =>
            html`<figure class="small-map">
              ${matrix({
                data: patterns.data.subarray(n * tokens * tokens, (n + 1) * tokens * tokens),
                rows: blank,
                columns: blank,
                caption: nameOf(place),
                full: 1,
              })}
              <figcaption class="soft">${nameOf(place)} ${number(without[n]!)}</figcaption>
            </figure>`,
        )}
      </div>
      <p class="soft">
        ${t(`Under each: the loss without it (with all: ${number(loss)}).`, `图下是拿掉它之后的损失（全部都在：${number(loss)}）。`)}
      </p>
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
      <div class="small-map">
        ${matrix({ data: found, rows: names, columns: names, caption: t('Correlation of the maps', '各头注意力图的相关系数'), full: 1, digits: 1 })}
      </div>`;
  }
}

const nameOf = ({ layer, head }: HeadPlace): string => `L${layer}·H${head}`;
const off = (places: readonly HeadPlace[]): Edit[] =>
  places.map(({ layer, head }) => ({ at: `blocks.${layer}.attn.z`, head, set: 0 }));

async function patternsOf(model: WorkerModel, text: string): Promise<Tensor> {
  const run = await model.run(text, { record: ['blocks.*.attn.pattern'], logits: 'last' });
  const layers = Object.values(run.activations);
  const [heads, tokens] = layers[0]!.shape as [number, number];
  const data = Float32Array.from(layers.flatMap((layer) => [...layer.data]));
  return { shape: [layers.length * heads, tokens, tokens], data };
}

/** Pearson's correlation between all cells of any two heads' maps: products of standardised rows over their length. */
async function correlations(engine: WorkerEngine, patterns: Tensor): Promise<Float32Array> {
  const [heads, tokens] = patterns.shape as [number, number];
  const cells = tokens * tokens;
  const ones = { shape: [cells], data: new Float32Array(cells).fill(1 / Math.sqrt(cells)) };
  const zeros = { shape: [cells], data: new Float32Array(cells) };
  const rows = await engine.layerNorm(reshaped(patterns, [heads, cells]), ones, zeros, { epsilon: 1e-12 });
  return (await engine.matmul(rows, transposed(rows))).data;
}
