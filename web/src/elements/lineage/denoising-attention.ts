import { html, type TemplateResult } from 'lit';
import type { Tensor } from '../../engine/types.ts';
import { explain, formula, tex } from '../rooms/formula.ts';
import type { Lab } from '../rooms/lab.ts';
import { number, power } from '../rooms/matrix.ts';
import type { Translate } from '../rooms/section.ts';
import { farthest } from '../rooms/tensors.ts';
import type { Scene } from './denoising-filters.ts';
import { percent, shade, type Look } from './denoising-pixel.ts';
import { spread, tensorOf } from './pictures.ts';

/** Patches of all pixels as rows of numbers, kept as long as picture and size stay. */
export interface Patches {
  key: string;
  rows: Tensor;
}

/** All patches of a picture may have so many numbers: 64 MB. */
const mostNumbers = 2 ** 24;

export async function patchesOf(
  { engine }: Lab,
  scene: Scene,
  size: number,
  last: Patches | null,
): Promise<Patches | null> {
  const key = `${scene.key} ${size}`;
  if (last?.key === key) return last;
  if (scene.noisy.data.length * size * size > mostNumbers) return null;
  return { key, rows: await engine.imagePatches(tensorOf(scene.noisy), { size }) };
}

/** Whether a query sees the window alone, as the filter does, or every pixel. */
export const reaches = ['window', 'image'] as const;
export type Reach = (typeof reaches)[number];

/** One row of attention over pixels. */
export interface AttentionRow {
  reach: Reach;
  /** The pixels and the numbers of a patch. */
  shape: readonly [number, number];
  bandwidth: number;
  output: number[];
  /** (pixels). */
  weights: Float32Array;
  /** Largest differences to the filter: of the mean, and of a weight's share. */
  apart: { mean: number; weight: number };
}

/** The filter's number as attention: patches are queries and keys, pixels are values. Null where no bandwidth fits. */
export async function attend(
  { engine, scoring }: Lab,
  found: Look,
  { rows }: Patches,
  reach: Reach,
): Promise<AttentionRow | null> {
  const { scene, place, side, params } = found;
  const [count, length] = rows.shape as [number, number];
  const bandwidth = params.h! * Math.sqrt(length / 2);
  const kernel = scoring.find(({ name }) => name === 'gaussian_kernel')!;
  const range = kernel.params.find(({ name }) => name === 'bandwidth')!;
  if (!(bandwidth >= range.minimum && bandwidth <= range.maximum)) return null;
  const at = place.row * scene.noisy.width + place.column;
  const query = rows.data.slice(at * length, (at + 1) * length);
  const window = spread(new Float32Array(side * side).fill(1), side, place, scene.noisy);
  const { output, pattern } = await engine.attention(
    { shape: [1, 1, length], data: query },
    { shape: [1, count, length], data: rows.data },
    { shape: [1, count, scene.noisy.channels], data: tensorOf(scene.noisy).data },
    {
      ...{ scoring: kernel.name, params: { bandwidth } },
      ...(reach === 'window' && { mask: { shape: [1, count], data: Uint8Array.from(window) } }),
    },
  );
  const shares = spread(found.weights, side, place, scene.noisy).map((weight) => weight / found.sum);
  return {
    ...{ reach, bandwidth, shape: [count, length] as const, weights: pattern.data },
    output: [...output.data],
    apart: { mean: farthest(output.data, found.value), weight: farthest(pattern.data, shares) },
  };
}

const thousands = (count: number): string => count.toLocaleString('en').replaceAll(',', '\u202f');

/** Two ways to the same number differ by less. */
const rounding = 1e-4;

/** What the comparison shows. */
function said({ reach, apart: { mean } }: AttentionRow, t: Translate): string {
  if (reach === 'image') {
    return t(
      'Now every pixel of the picture may count; the filter looks at its window only.',
      '现在整张图的像素都可以算数；滤波器只看窗口。',
    );
  }
  return mean < rounding
    ? t(
        'The same number: non-local means is attention whose queries and keys are patches.',
        '同一个数：非局部均值就是以小块为查询和键的注意力。',
      )
    : '';
}

/** Where the number stands in the N x N attention map, and that it is the filter's. */
export function attentionBlock(
  found: Look,
  row: AttentionRow,
  { lab, t, onReach }: { lab: Lab; t: Translate; onReach: (reach: Reach) => void },
): TemplateResult {
  const { height, width, channels } = found.scene.noisy;
  const [count, length] = row.shape;
  const kernel = lab.scoring.find(({ name }) => name === 'gaussian_kernel')!;
  const place = found.place.row * width + found.place.column;
  const own = row.weights.reduce((most, x, at) => (at === place ? most : Math.max(most, x)), 0) || 1;
  const each = length / channels;
  const numbers = channels === 1 ? String(length) : `${each} · ${channels}`;
  return html`
    <div class="bench two attention">
      <div>
        <p class="formula" tabindex="0">
          ${formula(
            tex`\hat I_i = \sum_j \operatorname{softmax}_j\left(-\lVert q_i - k_j \rVert^2 / 2 b^2\right) v_j, \quad b = h \sqrt{D / 2}`,
          )}
        </p>
        <ol class="steps">
          <li>
            ${t('The patch of each pixel becomes a row, H × W × D → N × D:', '把每个像素的小块排成一行，H × W × D → N × D：')}
            <span data-fact="reshape">${height} × ${width} × ${numbers} → ${thousands(count)} × ${length}</span>.
            ${t('These rows are the queries and the keys; the pixels are the values.', '这些行既是查询也是键，像素是值。')}
          </li>
          <li>
            ${t(
              `The attention map is N × N, ${thousands(count * count)} weights. Your pixel is row ${thousands(place)} of it; here that row is bent back into the picture.`,
              `注意力图是 N × N，共 ${thousands(count * count)} 个权重。你选的像素是其中第 ${thousands(place)} 行；这里把这一行折回成图像。`,
            )}
          </li>
        </ol>
        ${choiceOfReach(row, t, onReach)} ${comparison(found, row, t)}
        <p class="caption" role="status">${said(row, t)}</p>
      </div>
      <div>
        <figure class="stage-figure">
          <picture-field
            data-picture="attention"
            .picture=${found.scene.noisy}
            .overlay=${{ data: row.weights, full: own }}
            .label=${t('One row of the attention map, as a picture', '注意力图的一行，画成图像')}
          ></picture-field>
          <figcaption class="soft">
            ${t('One row of the attention map; full colour at', '注意力图的一行；颜色最深处为')} ${percent(own)}
          </figcaption>
        </figure>
        ${explain(kernel, t)}
      </div>
    </div>
  `;
}

function choiceOfReach(row: AttentionRow, t: Translate, onReach: (reach: Reach) => void): TemplateResult {
  return html`<fieldset class="choice row">
    <legend class="soft">${t('The query may look at', '查询可以看')}</legend>
    ${reaches.map(
      (name) =>
        html`<label class="check"
          ><input
            type="radio"
            name="reach"
            .checked=${name === row.reach}
            @change=${() => onReach(name)}
          />${name === 'window' ? t('the window (a mask)', '窗口（掩码）') : t('the whole picture', '整张图')}</label
        >`,
    )}
  </fieldset>`;
}

function comparison(found: Look, row: AttentionRow, t: Translate): TemplateResult {
  return html`<dl class="facts">
    <dt>${t('Bandwidth b', '带宽 b')}</dt>
    <dd data-fact="bandwidth">${number(row.bandwidth, 4)}</dd>
    <dt>${t('Output of attention', '注意力的输出')}</dt>
    <dd data-fact="attention">${shade(row.output)}</dd>
    <dt>${t('Weighted mean of the filter', '滤波器的加权平均')}</dt>
    <dd>${shade(found.value)}</dd>
    <dt>${t('They differ by', '两者之差')}</dt>
    <dd data-fact="mean-apart">${power(row.apart.mean)}</dd>
    <dt>${t('Any weight differs by at most', '任一权重之差至多')}</dt>
    <dd data-fact="weight-apart">${power(row.apart.weight)}</dd>
  </dl>`;
}
