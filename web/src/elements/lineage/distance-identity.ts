import { html, type TemplateResult } from 'lit';
import type { Scoring, WorkerEngine } from '../../engine/types.ts';
import { parameterSlider } from '../rooms/controls.ts';
import { codeOf, formula, tex } from '../rooms/formula.ts';
import { matrix, number, power } from '../rooms/matrix.ts';
import { plane, type Arrow, type Tie } from '../rooms/plane.ts';
import type { Translate } from '../rooms/section.ts';
import { farthest } from '../rooms/tensors.ts';
import { headOf, namesOf, type Scene, type Vector } from './distance-scene.ts';

export interface Identity {
  scene: Scene;
  /** (queries + 1, keys + 1): minus half the squared distance; the last query and the last key are the origin. */
  halves: Float32Array;
  /** (queries, keys) */
  products: Float32Array;
  gaussian: Float32Array;
  bridged: Float32Array;
}

const origin: Vector = [0, 0];

export async function identity(engine: WorkerEngine, scene: Scene, share: number): Promise<Identity> {
  const [q, k] = [headOf(scene.queries), headOf(scene.keys)];
  const [q0, k0] = [headOf([...scene.queries, origin]), headOf([...scene.keys, origin])];
  const kernel = { scoring: 'gaussian_kernel', params: { bandwidth: 1 } };
  const bridge = { scoring: 'dot_product_key_norm', params: { share, width: 1 } };
  const [halves, products, gaussian, bridged] = await Promise.all([
    engine.attention(q0, k0, k0, { ...kernel, qk_matmul_output_mode: 0 }),
    engine.attention(q, k, k, { scoring: 'dot_product', qk_matmul_output_mode: 0 }),
    engine.attention(q, k, k, kernel),
    engine.attention(q, k, k, bridge),
  ]);
  return {
    scene,
    halves: halves.qk_matmul_output!.data,
    products: products.qk_matmul_output!.data,
    gaussian: gaussian.pattern!.data,
    bridged: bridged.pattern!.data,
  };
}

export interface IdentityView {
  t: Translate;
  isChinese: boolean;
  /** As it is now; the results may be of a moment before. */
  scene: Scene;
  found: Identity;
  /** The chosen pair. */
  query: number;
  key: number;
  share: number;
  isUnit: boolean;
  row: Scoring | undefined;
  onMove: (name: string, x: number, y: number) => void;
  onSelect: (name: string) => void;
  onShare: (share: number) => void;
  onUnit: (isUnit: boolean) => void;
}

export function showIdentity(view: IdentityView): TemplateResult {
  const { t } = view;
  return html`<section>
    <h3>${t('A squared distance is a dot product and two lengths', '平方距离＝点积和两个长度')}</h3>
    <p class="formula" tabindex="0">
      ${formula(tex`-\tfrac{1}{2} \lVert q - k \rVert^2 = q \cdot k - \tfrac{1}{2} \lVert k \rVert^2 - \tfrac{1}{2} \lVert q \rVert^2`)}
    </p>
    <div class="bench">
      <div>${picture(view)} ${terms(view)}</div>
      <div class="wide">${weights(view)}</div>
    </div>
  </section>`;
}

function picture({ t, scene, found, query, key, onMove, onSelect }: IdentityView): TemplateResult {
  const arrow = (name: string, kind: Arrow['kind'], [x, y]: Vector, colours: string[]): Arrow => ({
    ...{ name, kind, x, y, colours },
    fixed: false,
  });
  const names = { q: namesOf('q', scene.queries), k: namesOf('k', scene.keys) };
  const queries = scene.queries.map((at, i) => arrow(names.q[i]!, 'query', at, ['var(--attn-soft)']));
  const keys = scene.keys.map((at, j) =>
    arrow(names.k[j]!, 'key', at, [j === key ? 'var(--attn-link)' : 'var(--attn-accent)']),
  );
  const from = queries[query]!;
  const tie = (weights: Float32Array, side: number): Tie[] =>
    keys.map((to, j) => ({ from, to, weight: weights[query * keys.length + j]!, side }));
  return html`${plane({
      label: t('Queries and keys in the plane', '平面上的查询和键'),
      arrows: [...queries, ...keys],
      ties: [...tie(found.gaussian, 0), ...tie(found.bridged, 1)],
      selected: from.name,
      hint: t('Arrow keys move it.', '方向键移动。'),
      onMove,
      onSelect,
    })}
    <p class="caption">
      ${t(
        'Drag the tips, or focus one and press the arrow keys. A pair is chosen by touching a query and a key.',
        '拖动尖端，或选中后按方向键。点一个查询、再点一个键，就选定一对。',
      )}
    </p>`;
}

function terms({ t, found, query, key }: IdentityView): TemplateResult {
  const keys = found.scene.keys.length;
  const half = (i: number, j: number): number => found.halves[i * (keys + 1) + j]!;
  const product = found.products[query * keys + key]!;
  const [ofKey, ofQuery] = [half(found.scene.queries.length, key), half(query, keys)];
  const sum = product + ofKey + ofQuery;
  const [q, k] = [html`<em>q${query + 1}</em>`, html`<em>k${key + 1}</em>`];
  const row = (name: string, term: TemplateResult, value: number): TemplateResult =>
    html`<dt class=${name}>${term}</dt>
      <dd class=${name} data-fact=${name}>${number(value, 3)}</dd>`;
  return html`<dl class="facts terms">
      ${row('product', html`${q} · ${k}`, product)}
      ${row('key', html`− ½ |${k}|² ${t('the key’s own length', '键自己的长度')}`, ofKey)}
      ${row('query', html`− ½ |${q}|² ${t('the same for every key', '对每个键都一样')}`, ofQuery)}
      ${row('sum', html`${t('added up', '加起来')}`, sum)}
      ${row('distance', html`− ½ |${q} − ${k}|² ${t('from the distance', '直接由距离算')}`, half(query, key))}
    </dl>
    <p class="caption">
      ${t(
        'The last term is the same along the whole row, and a softmax over the row cancels it.',
        '最后一项在整行里都一样，对行做 softmax 时就消掉了。',
      )}
    </p>`;
}

function weights({ t, isChinese, found, query, share, isUnit, row, onShare, onUnit }: IdentityView): TemplateResult {
  const [rows, columns] = [namesOf('q', found.scene.queries), namesOf('k', found.scene.keys)];
  const apart = farthest(found.gaussian, found.bridged);
  const table = (side: number, caption: string, data: Float32Array): TemplateResult =>
    html`<div class="side side-${side}">
      ${matrix({ data, rows, columns, caption, digits: 3, full: 1, marked: query })}
    </div>`;
  const parameter = row?.params.find(({ name }) => name === 'share');
  return html`
    ${row ? html`<p class="formula" tabindex="0">${formula(row.formula)}</p>` : ''}
    ${parameter ? parameterSlider({ id: 'distance-share', parameter, value: share, isChinese, onChange: onShare }) : ''}
    <div class="row">
      <label class="check">
        <input
          type="checkbox"
          .checked=${isUnit}
          @change=${(event: Event) => onUnit((event.target as HTMLInputElement).checked)}
        />
        ${t('all keys of length 1', '所有键长度为 1')}
      </label>
    </div>
    <div class="tables">
      ${table(0, t('Weights by the Gaussian kernel of the distance', '由距离的高斯核得到的权重'), found.gaussian)}
      ${table(1, t('Softmax of q·k − t/2 |k|²', 'q·k − t/2 |k|² 的 softmax'), found.bridged)}
    </div>
    <dl class="facts">
      <dt>${t('Largest difference between the two', '两者的最大差')}</dt>
      <dd data-fact="apart">${power(apart)}</dd>
    </dl>
    <p class="caption">
      ${t(
        'At t = 1 the Gaussian kernel is dot-product attention with a bias by key length; at t = 0 the bias is gone, and long keys win more than their nearness deserves. When all keys have one length, the bias is the same for all and cancels too: t no longer matters.',
        't = 1 时，高斯核就是点积注意力加上一个由键长度决定的偏置；t = 0 时偏置没了，长的键得到的比它的远近应得的更多。所有键一样长时，偏置处处相同，也消掉了：t 不再起作用。',
      )}
    </p>
    ${row ? html`<p class="soft">${row.reference}</p>` : ''} ${codeOf('score_dot_product_key_norm', t)}
  `;
}
