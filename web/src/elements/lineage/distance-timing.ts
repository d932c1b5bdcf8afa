import { html, type TemplateResult } from 'lit';
import type { WorkerEngine } from '../../engine/types.ts';
import { slider } from '../rooms/controls.ts';
import { codeOf, formula, tex } from '../rooms/formula.ts';
import { number, power } from '../rooms/matrix.ts';
import type { Translate } from '../rooms/section.ts';
import { farthest } from '../rooms/tensors.ts';
import { styled } from '../rooms/styled.ts';
import { cloudOf, type Cloud } from './distance-scene.ts';

const methods = ['loops', 'product'] as const;
const rounds = 4;

export interface Timing extends Cloud {
  /** Milliseconds by method, the best of some calls. */
  times: number[];
  apart: number;
  largest: number;
}

export async function timing(engine: WorkerEngine, cloud: Cloud): Promise<Timing> {
  const [a, b] = [cloudOf(cloud, 1), cloudOf(cloud, 2)];
  const times = methods.map(() => Infinity);
  const found: Float32Array[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, method] of methods.entries()) {
      const start = performance.now();
      const { data } = await engine.pairwiseDistances(a, b, { method });
      times[i] = Math.min(times[i]!, performance.now() - start);
      found[i] = data;
    }
  }
  const [loops, product] = found as [Float32Array, Float32Array];
  const largest = loops.reduce((most, x) => Math.max(most, x), 0);
  return { ...cloud, times, apart: farthest(loops, product), largest };
}

export interface TimingView extends Cloud {
  t: Translate;
  found: Timing;
  onChange: (cloud: Partial<Cloud>) => void;
  onAgain: () => void;
}

const most = { n: 9, d: 9 };
export const offsets = [0, 1, 10, 100, 1000];

export function showTiming(view: TimingView): TemplateResult {
  const { t, n, d, offset, found, onChange, onAgain } = view;
  const names = { loops: t('by loops', '用循环'), product: t('by one product', '用一次矩阵乘法') };
  const slowest = Math.max(...found.times);
  const powerOf2 = (id: 'n' | 'd', value: number, hint: string): TemplateResult =>
    slider({
      id: `distance-${id}`,
      label: id,
      hint,
      value: Math.log2(value),
      maximum: most[id],
      text: String(value),
      onChange: (at) => onChange({ [id]: 2 ** at }),
    });
  return html`<section>
    <h3>${t('All distances by one matrix product', '一次矩阵乘法算出所有距离')}</h3>
    <p class="caption">
      ${t(
        'The same identity makes distances fast: one matrix product gives all q·k at once. Its price: far from the origin, large numbers are subtracted, and digits are lost.',
        '同一个恒等式让距离算得快：一次矩阵乘法就给出所有 q·k。代价是：离原点远时，大数相减，会丢失有效数字。',
      )}
    </p>
    <div class="bench two">
      <div>
        ${powerOf2('n', n, t('vectors on each side', '每边多少个向量'))}
        ${powerOf2('d', d, t('numbers in each', '每个向量多少个数'))}
        ${slider({
          id: 'distance-offset',
          label: t('offset', '偏移'),
          hint: t('added to every number', '加到每个数上'),
          value: Math.max(offsets.indexOf(offset), 0),
          maximum: offsets.length - 1,
          text: number(offset, 0),
          onChange: (at) => onChange({ offset: offsets[at]! }),
        })}
        <p class="row">
          <button type="button" @click=${onAgain}>${t('Time it again', '再测一次')}</button>
        </p>
      </div>
      <div>
        <p class="formula" tabindex="0">
          ${formula(tex`\lVert a_i - b_j \rVert^2 = \lVert a_i \rVert^2 + \lVert b_j \rVert^2 - 2\,(A B^\top)_{ij}`)}
        </p>
        <dl class="times">
          ${methods.map(
            (method, i) =>
              html`<dt>${names[method]}</dt>
                <dd>
                  <span class="bar side-${i}" ${styled({ '--share': String(found.times[i]! / slowest) })}></span>
                  <span data-fact=${method}>${number(found.times[i]!, 2)} ms</span>
                </dd>`,
          )}
        </dl>
        <dl class="facts">
          <dt>${t('Largest difference between the two', '两者的最大差')}</dt>
          <dd data-fact="distances-apart">${power(found.apart)}</dd>
          <dt>${t('Largest distance', '最大的距离')}</dt>
          <dd data-fact="farthest">${number(found.largest, 2)}</dd>
        </dl>
        <p class="caption">
          ${t(
            `${found.n} × ${found.n} distances; the best of ${rounds} calls here, the way to the engine and back included.`,
            `${found.n} × ${found.n} 个距离；在这台机器上 ${rounds} 次里最快的一次，包括与计算内核往返的时间。`,
          )}
        </p>
        ${codeOf('squares_by_product', t)}
      </div>
    </div>
  </section>`;
}
