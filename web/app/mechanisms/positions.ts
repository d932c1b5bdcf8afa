import { html, svg, type TemplateResult } from 'lit';
import type { Encoding, Tensor } from '../../src/engine/types.ts';
import { menu, parameterSlider, slider } from '../../src/elements/rooms/controls.ts';
import { halves, tableOf } from './encoding.ts';
import { explain } from '../../src/elements/rooms/formula.ts';
import { defineHeatMap, type HeatMapData } from '../../src/elements/rooms/heatmap.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { normals } from '../../src/elements/rooms/random.ts';
import { PageSection } from './pageSection.ts';

const most = { tokens: 128, width: 128, heads: 16 };
/** Widths are multiples of it, which every row takes. */
const unit = 4;
const fullTurn = 2 * Math.PI;

interface Results {
  row: Encoding;
  /** The table, or one head of it; null where there is none. */
  table: HeatMapData | null;
  /** How alike every two positions are. */
  alike: HeatMapData | null;
  /** For rows that turn queries and keys. */
  turn: { cosines: Tensor; sines: Tensor } | null;
}

/** The table of any encoding, how alike positions are under it, and rotations as the hands of clocks. */
class PositionsSection extends PageSection {
  #name = 'sinusoidal';
  #tokens = 48;
  #width = 64;
  #heads = 8;
  #head = 0;
  #at = 5;
  #params: Record<string, Record<string, number>> = {};
  #results: Results | null = null;

  #row(lab: Lab): Encoding {
    return lab.encodings.find((row) => row.name === this.#name) ?? lab.encodings[0]!;
  }

  #paramsOf(row: Encoding): Record<string, number> {
    const own = this.#params[row.name] ?? {};
    return Object.fromEntries(row.params.map(({ name, standard }) => [name, own[name] ?? standard]));
  }

  protected override async compute({ engine, ...lab }: Lab): Promise<void> {
    const row = this.#row({ engine, ...lab });
    const [tokens, heads] = [this.#tokens, this.#heads];
    const width = row.kind === 'biased' ? heads : this.#width;
    const table = await tableOf(engine, row, { tokens, width, params: this.#paramsOf(row) });
    if (!table) {
      this.#results = { row, table: null, alike: null, turn: null };
      return;
    }
    if (row.kind === 'biased') {
      this.#head = Math.min(this.#head, heads - 1);
      const cells = tokens * tokens;
      const data = table.data.slice(this.#head * cells, (this.#head + 1) * cells);
      this.#results = { row, table: { rows: tokens, columns: tokens, data }, alike: null, turn: null };
      return;
    }
    const turn = row.kind === 'rotated' ? halves(table) : null;
    const [rows, columns] = table.shape as [number, number];
    const vectors = turn ? await turned(turn) : { shape: [1, rows, columns], data: table.data };
    const { qk_matmul_output: scores } = await engine.attention(vectors, vectors, vectors, {
      scoring: 'cosine',
      pattern: false,
      qk_matmul_output_mode: 0,
    });
    this.#results = {
      row,
      table: { rows, columns, data: table.data },
      alike: { rows, columns: rows, data: scores!.data },
      turn,
    };

    /** One random vector at every position, turned there. */
    async function turned({ cosines, sines }: { cosines: Tensor; sines: Tensor }): Promise<Tensor> {
      const one = normals(columns, 5);
      const data = Float32Array.from({ length: rows * columns }, (_, i) => one[i % columns]!);
      return engine.rotaryEmbedding({ shape: [1, rows, columns], data }, cosines, sines, {
        interleaved: row.interleaved,
      });
    }
  }

  protected override show(lab: Lab): TemplateResult {
    const { t } = this;
    const row = this.#row(lab);
    return html`<div class="bench">
      <div>
        ${menu({
          id: 'positions-encoding',
          label: t('Encoding', '编码'),
          rows: lab.encodings,
          chosen: row.name,
          isChinese: this.isChinese,
          onChoose: (name) => {
            this.#name = name;
            this.changed();
          },
        })}
        ${this.#sliders(row)} ${explain(row, t)}
      </div>
      <div class="wide">${this.#results?.row.name === row.name ? this.#pictures(this.#results) : ''}</div>
    </div>`;
  }

  #sliders(row: Encoding): TemplateResult {
    const { t } = this;
    const set = (change: () => void): void => {
      change();
      this.changed();
    };
    const length = slider({
      id: 'positions-tokens',
      label: 'tokens',
      hint: t('length of the sequence', '序列长度'),
      value: this.#tokens,
      minimum: 1,
      maximum: most.tokens,
      text: String(this.#tokens),
      onChange: (n) => set(() => (this.#tokens = n)),
    });
    const second =
      row.kind === 'biased'
        ? html`${slider({
            id: 'positions-heads',
            label: 'heads',
            value: this.#heads,
            minimum: 1,
            maximum: most.heads,
            text: String(this.#heads),
            onChange: (n) => set(() => (this.#heads = n)),
          })}
          ${slider({
            id: 'positions-head',
            label: t('head shown', '显示的头'),
            value: this.#head + 1,
            minimum: 1,
            maximum: this.#heads,
            text: String(this.#head + 1),
            onChange: (n) => set(() => (this.#head = n - 1)),
          })}`
        : slider({
            id: 'positions-width',
            label: row.kind === 'rotated' ? 'd_head' : 'd_model',
            value: this.#width / unit,
            minimum: 1,
            maximum: most.width / unit,
            text: String(this.#width),
            onChange: (n) => set(() => (this.#width = n * unit)),
          });
    const own = row.params.map((parameter) =>
      parameterSlider({
        id: `positions-${parameter.name}`,
        parameter,
        value: this.#paramsOf(row)[parameter.name]!,
        isChinese: this.isChinese,
        onChange: (value) =>
          set(
            () =>
              (this.#params = { ...this.#params, [row.name]: { ...this.#params[row.name], [parameter.name]: value } }),
          ),
      }),
    );
    return html`${length} ${second} ${own}`;
  }

  #pictures({ row, table, alike, turn }: Results): TemplateResult {
    const { t } = this;
    if (!table) {
      return html`<p class="finding">
        ${t('Nothing is added, turned or biased: attention sees a set of tokens, not a sequence.', '什么都不加、不转、不偏置：注意力看到的是一个集合，而不是序列。')}
      </p>`;
    }
    const what = {
      none: '',
      added: t('The table that is added: a row for each position', '要加上的表：每个位置一行'),
      rotated: t('The table: cosines of the angles, then their sines', '表：先是各角的余弦，再是正弦'),
      biased: t('What is added to the scores: a row for each query', '加到分数上的偏置：每个查询一行'),
    }[row.kind];
    return html`
      <figure>
        <figcaption>${what} (${table.rows} × ${table.columns})</figcaption>
        <heat-map
          .map=${table}
          .label=${what}
          .rowName=${row.kind === 'biased' ? t('query', '查询') : t('position', '位置')}
          .columnName=${row.kind === 'biased' ? t('key', '键') : t('component', '分量')}
        ></heat-map>
      </figure>
      ${alike ? this.#alike(row, alike) : ''} ${turn ? this.#clocks(turn) : ''}
    `;
  }

  #alike(row: Encoding, map: HeatMapData): TemplateResult {
    const { t } = this;
    const what =
      row.kind === 'rotated'
        ? t('How alike one vector is to itself, turned at two positions', '同一向量在两个位置旋转后有多相似')
        : t('How alike the rows of two positions are (cosine)', '两个位置的行有多相似（余弦）');
    return html`<figure>
      <figcaption>${what}</figcaption>
      <heat-map
        class="square"
        .map=${map}
        .label=${what}
        .rowName=${t('position', '位置')}
        .columnName=${t('position', '位置')}
      ></heat-map>
    </figure>`;
  }

  #clocks({ cosines, sines }: { cosines: Tensor; sines: Tensor }): TemplateResult {
    const { t } = this;
    const [tokens, pairs] = cosines.shape as [number, number];
    const at = Math.min(this.#at, tokens - 1);
    return html`<figure>
      <figcaption>
        ${t('Each pair of components turns like the hand of a clock, the first pairs fast, the last ones slowly', '每一对分量像钟的指针一样转动，前面的快，后面的慢')}
      </figcaption>
      ${slider({
        id: 'positions-at',
        label: t('position', '位置'),
        value: at,
        maximum: Math.max(tokens - 1, 0),
        text: String(at),
        onChange: (n) => {
          this.#at = n;
          this.requestUpdate();
        },
      })}
      <div class="clocks">
        ${Array.from({ length: pairs }, (_, i) => clock(cosines.data[at * pairs + i]!, sines.data[at * pairs + i]!, i))}
      </div>
    </figure>`;
  }
}

const hand = 15;

/** A clock whose hand points where (1, 0) is turned to. */
function clock(cosine: number, sine: number, pair: number): TemplateResult {
  const angle = (Math.atan2(sine, cosine) + fullTurn) % fullTurn;
  const degrees = Math.round((angle * 360) / fullTurn);
  return html`<svg viewBox="-20 -20 40 40" role="img" aria-label="${pair}: ${degrees}°">
    ${svg`<circle r="18" /><path d="M0 0L${hand * cosine} ${-hand * sine}" />`}
  </svg>`;
}

defineHeatMap();
customElements.define('positions-section', PositionsSection);
