import { html, type TemplateResult } from 'lit';
import type { Tensor, WorkerEngine } from '../../engine/types.ts';
import { matrix, number } from '../rooms/matrix.ts';
import type { Translate } from '../rooms/section.ts';
import { farthest, transposed } from '../rooms/tensors.ts';
import { namesOf, type Scene, type Vector } from './distance-scene.ts';

export const overs = ['rows', 'columns', 'all'] as const;
export type Over = (typeof overs)[number];

interface Shares {
  map: Tensor;
  ofRows: Float32Array;
  ofColumns: Float32Array;
}

export interface Softmaxes {
  scene: Scene;
  over: Over;
  scores: Tensor;
  straight: Shares;
  swapped: Shares;
}

const tableOf = (vectors: readonly Vector[]): Tensor => ({
  shape: [vectors.length, 2],
  data: Float32Array.from(vectors.flat()),
});

const ones = (rows: number, columns: number): Tensor => ({
  shape: [rows, columns],
  data: new Float32Array(rows * columns).fill(1),
});

export async function softmaxes(engine: WorkerEngine, scene: Scene, over: Over): Promise<Softmaxes> {
  const [q, k] = [tableOf(scene.queries), tableOf(scene.keys)];
  const [scores, others] = await Promise.all([engine.matmul(q, transposed(k)), engine.matmul(k, transposed(q))]);
  const [straight, swapped] = await Promise.all([shares(engine, scores, over), shares(engine, others, over)]);
  return { scene, over, scores, straight, swapped };
}

async function shares(engine: WorkerEngine, scores: Tensor, over: Over): Promise<Shares> {
  const [rows, columns] = scores.shape as [number, number];
  const flat = { shape: [scores.data.length], data: scores.data };
  const { data } = await engine.softmax(over === 'all' ? flat : scores, { axis: over === 'columns' ? 0 : -1 });
  const map = { shape: [rows, columns], data };
  const [ofRows, ofColumns] = await Promise.all([
    engine.matmul(map, ones(columns, 1)),
    engine.matmul(ones(1, rows), map),
  ]);
  return { map, ofRows: ofRows.data, ofColumns: ofColumns.data };
}

export interface SoftmaxView {
  t: Translate;
  found: Softmaxes;
  over: Over;
  onOver: (over: Over) => void;
}

export function showSoftmaxes({ t, found, over, onOver }: SoftmaxView): TemplateResult {
  const names = {
    rows: t('each row: keys compete for a query', '每一行：键争夺一个查询'),
    columns: t('each column: queries compete for a key', '每一列：查询争夺一个键'),
    all: t('everything: all pairs compete', '全部：所有的对一起竞争'),
  };
  const [q, k] = [namesOf('q', found.scene.queries), namesOf('k', found.scene.keys)];
  const apart = farthest(found.straight.map.data, transposed(found.swapped.map).data);
  return html`<section>
    <h3>${t('Softmax over what?', '沿哪个方向做 softmax？')}</h3>
    <p class="caption">
      ${t(
        'The dot products of the vectors above, made into shares along one direction. Only with rows does every query get weights that sum to 1. Swap Q and K, and the map is another: asking is not being asked.',
        '上面那些向量的点积，沿一个方向变成份额。只有按行时，每个查询的权重之和才是 1。交换 Q 和 K，得到的是另一张图：去看别人，不等于被别人看。',
      )}
    </p>
    <fieldset class="row choice" id="distance-over">
      <legend class="soft">${t('Softmax over', 'softmax 沿着')}</legend>
      ${overs.map(
        (one) =>
          html`<label class="check">
            <input type="radio" name="over" .checked=${one === over} @change=${() => onOver(one)} />
            ${names[one]}
          </label>`,
      )}
    </fieldset>
    <div class="bench three-maps">
      <div>${matrix({ data: found.scores.data, rows: q, columns: k, caption: t('Scores q·k', '分数 q·k') })}</div>
      <div data-map="straight">
        ${shareTable(found.straight, q, k, t('Weights: Q asks, K answers', '权重：Q 去问，K 来答'))}
      </div>
      <div data-map="swapped">
        ${shareTable(found.swapped, k, q, t('Q and K swapped: K asks, Q answers', '交换 Q 和 K：K 去问，Q 来答'))}
      </div>
    </div>
    <dl class="facts">
      <dt>
        ${t(
          'Largest difference between the map and the swapped one, rows and columns exchanged',
          '原图与交换后（再转置）的图的最大差',
        )}
      </dt>
      <dd data-fact="swapped-apart">${number(apart, 3)}</dd>
    </dl>
    <p class="caption">${lesson(found.over, t)}</p>
  </section>`;
}

function lesson(over: Over, t: Translate): string {
  if (over === 'all') {
    return t(
      'Over everything, swapping only turns the map; but a row’s sum is now whatever is left for it, and a query with low scores gets almost nothing.',
      '对全部做时，交换只是把图转置；但每行的和随分数而定，分数低的查询几乎什么也得不到。',
    );
  }
  return t(
    'The scores only turn when Q and K are swapped. The weights do not: what the sums in one margin make 1, they leave open in the other.',
    '交换 Q 和 K，分数只是转置；权重却不是：一侧的和都成了 1，另一侧的和就不定了。',
  );
}

function shareTable(
  { map, ofRows, ofColumns }: Shares,
  rows: string[],
  columns: string[],
  caption: string,
): TemplateResult {
  return matrix({
    data: map.data,
    ...{ rows, columns, caption },
    full: 1,
    last: { head: 'Σ', cell: (i) => number(ofRows[i]!) },
    foot: { head: 'Σ', cell: (j) => number(ofColumns[j]!) },
  });
}
