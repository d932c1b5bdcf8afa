import { html, nothing, type TemplateResult } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import type { Facts } from '../../engine/types.ts';
import { labelOf } from '../rooms/controls.ts';
import type { Lab } from '../rooms/lab.ts';
import { number } from '../rooms/matrix.ts';
import type { Picture } from '../rooms/picture-field.ts';
import type { Translate } from '../rooms/section.ts';
import { tensorOf } from './pictures.ts';

/** A picture before and after the noise. */
export interface Scene {
  /** Says which: results of another one are from before. */
  key: string;
  clean: Picture;
  noisy: Picture;
  /** Of the noisy picture, in dB. */
  decibels: number;
}

interface Filtered {
  key: string;
  params: Record<string, number>;
  picture: Picture;
  decibels: number;
  milliseconds: number;
}

/** A filter with its last result; of what is under way so many rows are ready. */
export interface Bench {
  row: Facts;
  done: Filtered | null;
  work: { key: string; data: Float32Array; rows: number; of: number; milliseconds: number } | null;
}

/** Rows that are filtered at once, twice as many as long as that takes less than `patience` milliseconds. */
const firstBand = 16;
const patience = 60;

const keyOf = (scene: Scene, params: Record<string, number>): string => `${scene.key} ${JSON.stringify(params)}`;

/** Whether the result is that of this picture with these parameters. */
export const isCurrent = (bench: Bench, scene: Scene, params: Record<string, number>): boolean =>
  bench.done?.key === keyOf(scene, params);

/** Filters band by band, as long as it is still wanted; what was begun is taken up again. */
export async function filter(
  { engine }: Lab,
  bench: Bench,
  scene: Scene,
  params: Record<string, number>,
  { isStale, onBand }: { isStale: () => boolean; onBand: () => void },
): Promise<void> {
  const key = keyOf(scene, params);
  if (bench.done?.key === key) return;
  const { noisy, clean } = scene;
  if (bench.work?.key !== key)
    bench.work = { key, data: new Float32Array(noisy.data.length), rows: 0, of: noisy.height, milliseconds: 0 };
  const { work } = bench;
  const image = tensorOf(noisy);
  try {
    for (let band = firstBand; work.rows < noisy.height;) {
      const rows = Math.min(band, noisy.height - work.rows);
      const start = performance.now();
      const part = await engine.imageFilter(image, { filter: bench.row.name, params, firstRow: work.rows, rows });
      const taken = performance.now() - start;
      work.data.set(part.data, work.rows * noisy.width * noisy.channels);
      work.rows += rows;
      work.milliseconds += taken;
      if (taken < patience) band *= 2;
      onBand();
      if (isStale()) return;
    }
    const picture = { ...noisy, data: work.data };
    const decibels = await engine.peakSignalToNoise(tensorOf(picture), tensorOf(clean));
    bench.done = { key, params, picture, decibels, milliseconds: work.milliseconds };
    bench.work = null;
  } catch (error) {
    bench.work = null;
    throw error;
  }
}

/** Benches that have a result, the best first. */
const ranked = (benches: readonly Bench[]): (Bench & { done: Filtered })[] =>
  benches
    .filter((bench): bench is Bench & { done: Filtered } => bench.done !== null)
    .sort((a, b) => b.done.decibels - a.done.decibels);

/** What the numbers say: which filter is best here, and by how much. */
export function verdict(benches: readonly Bench[], scene: Scene, isChinese: boolean): TemplateResult | typeof nothing {
  const [first, second] = ranked(benches);
  if (!first || !second || benches.some((bench) => bench.done === null)) return nothing;
  const [best, next] = [first, second].map(({ row }) => labelOf(row, isChinese));
  const gain = number(first.done.decibels - second.done.decibels, 1);
  if (!(first.done.decibels > scene.decibels)) {
    return html`${
      isChinese
        ? '这里什么滤波都不如不滤：每一种都让图像离原图更远。'
        : 'Here no filter helps: each takes the picture further from the original than the noise did.'
    }`;
  }
  return html`${
    isChinese
      ? `这里最好的是${best}：比第二名${next}高 ${gain} dB。`
      : `Best here: ${best}, ${gain} dB ahead of the next, ${next}.`
  }
  ${repeats(ranked(benches), isChinese)}`;
}

/** What that says of the picture. */
function repeats(all: (Bench & { done: Filtered })[], isChinese: boolean): string {
  if (all[0]!.row.name === 'non_local_means')
    return isChinese
      ? '图里有许多彼此相像的小块，远处的也帮得上忙。'
      : 'The picture has patches that come again, and those far away help.';
  const place = all.findIndex(({ row }) => row.name === 'non_local_means');
  if (place < 0) return '';
  const behind = number(all[0]!.done.decibels - all[place]!.done.decibels, 1);
  const who = isChinese ? `非局部均值低 ${behind} dB：` : `Non-local means is ${behind} dB behind: `;
  const why = isChinese ? '相像的小块太少，或者 h 不合适。' : 'too few patches look alike, or its h does not fit.';
  // the second place has been told already
  return place === 1 ? why[0]!.toUpperCase() + why.slice(1) : who + why;
}

interface ShotOptions {
  benches: readonly Bench[];
  chosen: string;
  isChinese: boolean;
  t: Translate;
  onChoose: (name: string) => void;
}

/** One picture for each filter: choose it to see how it averages. */
export function shots({ benches, chosen, isChinese, t, onChoose }: ShotOptions): TemplateResult[] {
  const best = ranked(benches)[0]?.row.name;
  return benches.map(({ row, done, work }) => {
    const label = labelOf(row, isChinese);
    return html`<figure class=${classMap({ shot: true, chosen: row.name === chosen })} data-filter=${row.name}>
      ${
        done
          ? html`<picture-field
              class=${classMap({ stale: work !== null })}
              .picture=${done.picture}
              .label=${label}
            ></picture-field>`
          : html`<div class="pending"></div>`
      }
      ${
        work
          ? html`<progress
              max=${work.of}
              .value=${work.rows}
              aria-label=${t('Rows that are ready', '已完成的行')}
            ></progress>`
          : nothing
      }
      <figcaption>
        <button type="button" aria-pressed=${String(row.name === chosen)} @click=${() => onChoose(row.name)}>
          ${label}
        </button>
        ${
          done
            ? html`<span><span data-fact="decibels">${number(done.decibels, 1)}</span> dB</span
                ><span class="soft"><span data-fact="milliseconds">${number(done.milliseconds, 0)}</span> ms</span>`
            : nothing
        }
        ${row.name === best ? html`<strong>${t('best here', '这里最好')}</strong>` : nothing}
      </figcaption>
    </figure>`;
  });
}
