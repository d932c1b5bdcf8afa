import { html, nothing, type TemplateResult } from 'lit';
import type { Facts, Tensor } from '../../engine/types.ts';
import { codeOf, formula, tex } from '../rooms/formula.ts';
import type { Lab } from '../rooms/lab.ts';
import { matrix, number, power } from '../rooms/matrix.ts';
import type { Frame, Picture, Place } from '../rooms/picture-field.ts';
import type { Translate } from '../rooms/section.ts';
import { farthest } from '../rooms/tensors.ts';
import type { Bench, Scene } from './denoising-filters.ts';
import { isCurrent } from './denoising-filters.ts';
import { pixelOf, spread, tensorOf } from './pictures.ts';

/** How one pixel is averaged. */
export interface Look {
  row: Facts;
  params: Record<string, number>;
  scene: Scene;
  place: Place;
  side: number;
  distances: Float32Array;
  weights: Float32Array;
  sum: number;
  value: number[];
}

/** Weights of one pixel under a filter. */
export async function look(
  { engine }: Lab,
  scene: Scene,
  place: Place,
  row: Facts,
  params: Record<string, number>,
): Promise<Look> {
  const { distances, weights, sum, value } = await engine.filterWeights(
    tensorOf(scene.noisy),
    place.row,
    place.column,
    { filter: row.name, params },
  );
  return {
    ...{ row, params, scene, place, sum },
    side: weights.shape[0]!,
    distances: distances.data,
    weights: weights.data,
    value: [...value.data],
  };
}

/** The numbers of a pixel, of a colour three. */
export const shade = (numbers: readonly number[], digits = 4): string =>
  numbers.map((x) => number(x, digits)).join(', ');

export const placeName = ({ row, column }: Place): string => `(${row}, ${column})`;

/** Patches of more pixels than so many a side are not shown as numbers. */
const mostNumbers = 7;

/** The frames of the window and, where patches are compared, of the patch. */
export function frames({ side, place, params }: Look): Frame[] {
  const around = (length: number, kind: Frame['kind']): Frame => {
    const radius = (length - 1) / 2;
    return { row: place.row - radius, column: place.column - radius, height: length, width: length, kind };
  };
  const { patch } = params;
  return [around(side, 'window'), ...(patch === undefined ? [] : [around(patch, 'patch')])];
}

/** The largest weight but for that of the pixel itself. */
const strongest = ({ weights }: Look): number => {
  const own = (weights.length - 1) / 2;
  return weights.reduce((best, x, at) => (at === own ? best : Math.max(best, x)), 0);
};

interface StageOptions {
  isCurrentLook: boolean;
  /** The chosen pixel; what is shown of it may still be that of the last one. */
  at: Place;
  t: Translate;
  onSelect: (place: Place) => void;
}

/** The noisy picture with the weights over it. */
export function stage(found: Look, { isCurrentLook, at, t, onSelect }: StageOptions): TemplateResult {
  const { scene, place, side, weights } = found;
  const full = strongest(found) || 1;
  const label = t('Noisy picture, weights of the pixel', '有噪图像与所选像素的权重');
  return html`<figure class="stage-figure">
    <picture-field
      class=${isCurrentLook ? '' : 'stale'}
      data-picture="weights"
      .picture=${scene.noisy}
      .overlay=${{ data: spread(weights, side, place, scene.noisy), full }}
      .frames=${frames(found)}
      .at=${at}
      .label=${label}
      @pixel-select=${(event: CustomEvent<Place>) => onSelect(event.detail)}
    ></picture-field>
    <figcaption class="soft">
      ${t(
        'Click a pixel, or move it by arrow keys (Shift: by 8). Red: how much each pixel counts, in full colour at ',
        '点一个像素，或用方向键移动（按住 Shift 每次 8 格）。红色：每个像素算多少，颜色最深处是 ',
      )}
      ${percent(full / found.sum)}${t(
        ' of the sum and more. Yellow: the window that is searched.',
        ' 及以上（占总和）。黄框：搜索窗口。',
      )}
      ${found.params.patch === undefined ? nothing : t(' Blue: the patch that is compared.', '蓝框：被比较的小块。')}
    </figcaption>
  </figure>`;
}

export const percent = (share: number): string => `${number(100 * share, 1)} %`;

/** What the distances are, and where the formula has them and the weights. */
export function meaningOf(filter: string, t: Translate): string {
  const meanings: Record<string, string> = {
    mean: t('D is the squared distance in pixels; nothing falls with it.', 'D 是以像素计的平方距离；权重不随它变。'),
    gaussian: t('D is the squared distance in pixels, G is w.', 'D 是以像素计的平方距离，G 就是 w。'),
    bilateral: t(
      'D is the squared difference of the pixels, its mean over the channels; G is w and falls with the place too.',
      'D 是像素值之差的平方（各通道取平均）；G 就是 w，还随位置变远而变小。',
    ),
    non_local_means: t(
      'D is d, the mean squared difference of the patches; G is w.',
      'D 就是 d，即两个小块之差的均方；G 就是 w。',
    ),
  };
  return meanings[filter] ?? '';
}

/** Distances and weights of the window, enlarged. */
export function maps({ side, distances, weights }: Look, t: Translate): TemplateResult {
  const heat = (data: Float32Array, name: string, label: string): TemplateResult =>
    html`<div>
      <h4>${label}</h4>
      <heat-map
        class="square"
        data-map=${name}
        .map=${{ rows: side, columns: side, data }}
        .label=${label}
        .rowName=${t('row', '行')}
        .columnName=${t('column', '列')}
      ></heat-map>
    </div>`;
  return html`<div class="pair">
    ${heat(distances, 'distances', t('Distances D', '距离 D'))} ${heat(weights, 'weights', t('Weights G', '权重 G'))}
  </div>`;
}

/** The weighted mean in numbers, beside the pixel of the filtered picture. */
export function facts(found: Look, bench: Bench | undefined, t: Translate): TemplateResult {
  const { scene, place, sum, value, params, row } = found;
  const done = bench && bench.row.name === row.name && isCurrent(bench, scene, params) ? bench.done : null;
  const filtered = done ? pixelOf(done.picture, place) : null;
  return html`
    <p class="formula">${formula(tex`\hat I_p = \frac{\sum_q G_{pq}\, I_q}{\sum_q G_{pq}}`)}</p>
    <dl class="facts">
      <dt>${t('Pixel', '像素')} ${placeName(place)}</dt>
      <dd data-fact="pixel">${shade(pixelOf(scene.noisy, place))}</dd>
      <dt>${t('Sum of the weights', '权重之和')}</dt>
      <dd data-fact="sum">${number(sum, 3)}</dd>
      <dt>${t('Weighted mean', '加权平均')}</dt>
      <dd data-fact="mean">${shade(value)}</dd>
      <dt>${t('The same pixel of the filtered picture', '滤波后图像的同一个像素')}</dt>
      <dd data-fact="filtered">${filtered ? shade(filtered) : '…'}</dd>
      <dt>${t('Before the noise', '加噪声之前')}</dt>
      <dd data-fact="clean">${shade(pixelOf(scene.clean, place))}</dd>
      ${
        filtered
          ? html`<dt>${t('Mean and filtered pixel differ by', '加权平均与滤波结果之差')}</dt>
              <dd data-fact="apart">${power(farthest(value, filtered))}</dd>`
          : nothing
      }
    </dl>
    ${codeOf('average', t)}
  `;
}

/** The patch around the pixel as numbers, one table for each channel. */
export function patchTables(rows: Tensor, picture: Picture, place: Place, t: Translate): TemplateResult {
  const { channels, width } = picture;
  const length = rows.shape[1]!;
  const side = Math.round(Math.sqrt(length / channels));
  const at = (place.row * width + place.column) * length;
  const numbers = rows.data.subarray(at, at + length);
  if (side > mostNumbers) {
    const patch: Picture = { height: side, width: side, channels, data: numbers };
    return html`<h4>${t('Its patch', '它的小块')}</h4>
      <picture-field class="patch-picture" .picture=${patch} .label=${t('Patch', '小块')}></picture-field>`;
  }
  const names = channels === 1 ? [''] : [t('red', '红'), t('green', '绿'), t('blue', '蓝')];
  return html`<h4>${t('Its patch', '它的小块')}</h4>
    ${names.map((name, channel) =>
      matrix({
        data: numbers.filter((_, i) => i % channels === channel),
        rows: Array.from({ length: side }, (_, i) => String(place.row + i - (side - 1) / 2)),
        columns: Array.from({ length: side }, (_, i) => String(place.column + i - (side - 1) / 2)),
        caption:
          t(`${side} × ${side} numbers around ${placeName(place)}`, `${placeName(place)} 周围 ${side} × ${side} 个数`) +
          (name && `, ${name}`),
        full: 2,
      }),
    )}`;
}
