import { html, type TemplateResult } from 'lit';
import type { BooleanMask, Structure, Tensor } from '../../src/engine/types.ts';
import { labelOf, parameterSlider, slider } from '../../src/elements/rooms/controls.ts';
import { explain } from '../../src/elements/rooms/formula.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { maskGrid } from './maskGrid.ts';
import { matrix, number } from '../../src/elements/rooms/matrix.ts';
import { normals } from '../../src/elements/rooms/random.ts';
import { PageSection } from './pageSection.ts';

const size = 8;
const width = 4;
const cellsOf = size * size;
const names = Array.from({ length: size }, (_, i) => String(i + 1));

/** How a hidden score is written: by a boolean mask, or by what is added to it. */
const manners = ['boolean', '-inf', '-1e20'] as const;
type Manner = (typeof manners)[number];

interface Results {
  scores: Float32Array;
  pattern: Float32Array;
  /** How far each row of the output is from that without a mask. */
  moved: number[];
  /** For each structure of the table. */
  structures: Seen[];
  /** For each sequence of the batch. */
  batch: Seen[];
}

interface Seen {
  pattern: Float32Array;
  /** How far each row of the output is from that without a mask. */
  moved: number[];
}

/** Masks painted by hand, those of the table, and those of padded batches, over the same eight vectors. */
class MaskSection extends PageSection {
  #cells: Uint8Array = Uint8Array.from({ length: cellsOf }, (_, cell) =>
    cell % size <= Math.floor(cell / size) ? 1 : 0,
  );
  #at = 0;
  #manner: Manner = 'boolean';
  #params: Record<string, Record<string, number>> = {};
  #lengths = [8, 5, 2];
  #results: Results | null = null;

  protected override async compute(lab: Lab): Promise<void> {
    const [q, k, v] = [1, 2, 3].map((seed): Tensor => ({ shape: [1, size, width], data: normals(size * width, seed) }));
    const attend = (options: Parameters<typeof lab.engine.attention>[3]) => lab.engine.attention(q!, k!, v!, options);
    const sequences = this.#lengths.length;
    const stacked = (tensor: Tensor): Tensor => ({
      shape: [sequences, 1, size, width],
      data: Float32Array.from({ length: sequences * size * width }, (_, i) => tensor.data[i % (size * width)]!),
    });
    const padding: BooleanMask = {
      shape: [sequences, 1, 1, size],
      data: Uint8Array.from({ length: sequences * size }, (_, i) =>
        i % size < this.#lengths[Math.floor(i / size)]! ? 1 : 0,
      ),
    };
    const [plain, masked, batch, ...structures] = await Promise.all([
      attend({ qk_matmul_output_mode: 0 }),
      attend({ mask: this.#mask() }),
      lab.engine.attention(stacked(q!), stacked(k!), stacked(v!), { mask: padding }),
      ...lab.structure.map((row) => attend({ structure: row.name, params: this.#paramsOf(row) })),
    ]);
    this.#results = {
      scores: plain!.qk_matmul_output!.data,
      pattern: masked!.pattern!.data,
      moved: movedFrom(plain!.output.data, masked!.output.data),
      structures: structures.map(({ pattern, output }) => ({
        pattern: pattern!.data,
        moved: movedFrom(plain!.output.data, output.data),
      })),
      batch: this.#lengths.map((_, b) => ({
        pattern: batch!.pattern!.data.slice(b * cellsOf, (b + 1) * cellsOf),
        moved: movedFrom(plain!.output.data, batch!.output.data.subarray(b * size * width, (b + 1) * size * width)),
      })),
    };
  }

  /** What the grid says, as it is handed to the engine. */
  #mask(): BooleanMask | Tensor {
    if (this.#manner === 'boolean') return { shape: [size, size], data: this.#cells };
    const hidden = this.#manner === '-inf' ? -Infinity : -1e20;
    return { shape: [size, size], data: Float32Array.from(this.#cells, (open) => (open ? 0 : hidden)) };
  }

  #paramsOf(row: Structure): Record<string, number> {
    const own = this.#params[row.name] ?? {};
    return Object.fromEntries(row.params.map(({ name, standard }) => [name, own[name] ?? standard]));
  }

  #set(cells: Uint8Array): void {
    this.#cells = cells;
    this.changed();
  }

  protected override show(lab: Lab): TemplateResult {
    return html`${this.#editor()} ${this.#results ? html`${this.#structures(lab)} ${this.#batch()}` : ''}`;
  }

  #editor(): TemplateResult {
    const { t } = this;
    const mannerNames = {
      boolean: t('boolean mask: an empty row gives zeros (ONNX)', '布尔掩码：空行得零（ONNX）'),
      '-inf': t('add −∞', '加 −∞'),
      '-1e20': t('add −1e20, as many tutorials do', '加 −1e20，许多教程这样写'),
    };
    return html`
      <div class="bench">
        <div>
          ${maskGrid({
            label: t('Which query (row) sees which key (column)', '哪个查询（行）看到哪个键（列）'),
            names,
            cells: this.#cells,
            at: this.#at,
            describe: (cell) => this.#describe(cell),
            onPaint: (cell, value) => {
              if (this.#cells[cell] === value) return;
              this.#set(this.#cells.map((old, at) => (at === cell ? value : old)));
            },
            onMove: (cell) => {
              this.#at = cell;
              this.requestUpdate();
            },
          })}
          <p class="row">
            <button type="button" @click=${() => this.#set(new Uint8Array(cellsOf).fill(1))}>
              ${t('All', '全部可见')}
            </button>
            <button type="button" @click=${() => this.#set(new Uint8Array(cellsOf))}>${t('None', '全部遮住')}</button>
            <button
              type="button"
              @click=${() => this.#set(this.#cells.map((old, cell) => (Math.floor(cell / size) === 2 ? 0 : old)))}
            >
              ${t('Empty row 3', '清空第 3 行')}
            </button>
          </p>
          <fieldset class="choice">
            <legend class="label">${t('Hidden scores', '被遮住的分数')}</legend>
            ${manners.map(
              (manner) =>
                html`<label class="check">
                  <input
                    type="radio"
                    name="manner"
                    .checked=${this.#manner === manner}
                    @change=${() => {
                      this.#manner = manner;
                      this.changed();
                    }}
                  />
                  ${mannerNames[manner]}
                </label>`,
            )}
          </fieldset>
        </div>
        <div class="wide">
          ${this.#results ? this.#outcome(this.#results) : ''}
          <p class="caption">
            ${t('Click or drag over cells; with the keyboard, arrows move and Space paints.', '点击或拖过格子；键盘用方向键移动、空格涂改。')}
          </p>
        </div>
      </div>
    `;
  }

  #describe(cell: number): string {
    const [query, key] = [Math.floor(cell / size) + 1, (cell % size) + 1];
    return this.#cells[cell] === 1
      ? this.t(`query ${query} sees key ${key}`, `查询 ${query} 看到键 ${key}`)
      : this.t(`query ${query} does not see key ${key}`, `查询 ${query} 看不到键 ${key}`);
  }

  #outcome({ scores, pattern, moved }: Results): TemplateResult {
    const { t } = this;
    const empty = names.findIndex((_, i) => this.#cells.subarray(i * size, (i + 1) * size).every((open) => open === 0));
    return html`
      ${matrix({
        data: pattern,
        rows: names,
        columns: names,
        full: 1,
        caption: t('Weights, and how far each output moved', '权重，以及每行输出移动了多少'),
        hidden: (i, j) => this.#cells[i * size + j] === 0 && pattern[i * size + j] === 0,
        last: { head: '|Δz|', cell: (i) => number(moved[i]!) },
      })}
      ${empty < 0 ? '' : this.#emptyRow(empty, scores, pattern)}
    `;
  }

  /** What becomes of a row that sees nothing, in three conventions: two by the engine, the plain formula by hand. */
  #emptyRow(row: number, scores: Float32Array, pattern: Float32Array): TemplateResult {
    const { t } = this;
    const own = scores.slice(row * size, (row + 1) * size);
    const plain = plainSoftmax(Array.from(own, () => -Infinity));
    return html`<div class="finding" data-fact="empty-row">
      <p>${t(`Query ${row + 1} sees nothing.`, `查询 ${row + 1} 什么也看不到。`)}</p>
      <ul>
        <li>
          ${t('The plain formula with −∞: exp(−∞ − (−∞)) / 0 =', '朴素公式加 −∞：exp(−∞ − (−∞)) / 0 =')}
          <strong>${number(plain[0]!)}</strong>
        </li>
        <li>
          ${t('Here, as you chose above, its weights are', '按上面的选择，这里得到的权重是')}
          <strong
            >${[...new Set(Array.from(pattern.subarray(row * size, (row + 1) * size), (x) => number(x, 3)))].join(', ')}</strong
          >:
          ${
            this.#manner === '-1e20'
              ? t(
                  'every score is lost beside −1e20, so all are equal, and the row reads everything evenly.',
                  '分数与 −1e20 相加后都消失了，全部相等，于是这一行平均地读取所有键。',
                )
              : t('zeros, as the ONNX operator says: the output is zero.', '全是零，与 ONNX 算子的规定一致：输出为零。')
          }
        </li>
      </ul>
    </div>`;
  }

  #structures(lab: Lab): TemplateResult {
    const { t } = this;
    return html`<h3>${t('Structures, from the core’s table', '内核表中的结构')}</h3>
      <p class="caption">
        ${t('|Δz|: how far a row of the output is from that of bidirectional attention.', '|Δz|：每行输出与双向注意力的输出相距多远。')}
      </p>
      <div class="gallery">
        ${lab.structure.map((row, at) => {
          const seen = this.#results!.structures[at] ?? {
            pattern: new Float32Array(cellsOf),
            moved: names.map(() => 0),
          };
          return html`<section class="structure">
            <h4>${labelOf(row, this.isChinese)}</h4>
            ${smallMap(seen, labelOf(row, this.isChinese))}
            ${row.params.map((parameter) =>
              parameterSlider({
                id: `mask-${row.name}-${parameter.name}`,
                parameter,
                value: this.#paramsOf(row)[parameter.name]!,
                isChinese: this.isChinese,
                onChange: (value) => {
                  const own = { ...this.#params[row.name], [parameter.name]: value };
                  this.#params = { ...this.#params, [row.name]: own };
                  this.changed();
                },
              }),
            )}
            <button
              type="button"
              @click=${() => this.#set(Uint8Array.from(seen.pattern, (share) => (share > 0 ? 1 : 0)))}
            >
              ${t('Take it to the grid', '放到上面的格子里')}
            </button>
            ${explain(row, t)}
          </section>`;
        })}
      </div>`;
  }

  #batch(): TemplateResult {
    const { t } = this;
    return html`<h3>${t('A padded batch', '补齐的批次')}</h3>
      <p class="caption">
        ${t(
          'Three sequences, filled up to eight. The keys behind a sequence’s end are hidden from all of its queries; the rows of its padding are computed too, and thrown away.',
          '三个序列补齐到八个位置。序列末尾之后的键对所有查询都不可见；补齐部分的行也会计算，随后丢弃。',
        )}
      </p>
      <div class="gallery">
        ${this.#lengths.map(
          (length, b) =>
            html`<section class="structure">
              <h4>${t(`Sequence ${b + 1}`, `序列 ${b + 1}`)}</h4>
              ${smallMap(this.#results!.batch[b]!, t(`Sequence ${b + 1}`, `序列 ${b + 1}`))}
              ${slider({
                id: `mask-length-${b}`,
                label: t('valid length', '有效长度'),
                value: length,
                maximum: size,
                text: String(length),
                onChange: (to) => {
                  this.#lengths = this.#lengths.map((old, at) => (at === b ? to : old));
                  this.changed();
                },
              })}
            </section>`,
        )}
      </div>`;
  }
}

const smallMap = ({ pattern, moved }: Seen, caption: string): TemplateResult =>
  html`<div class="small-map">
    ${matrix({
      data: pattern,
      rows: names,
      columns: names,
      full: 1,
      digits: 1,
      caption,
      hidden: (i, j) => pattern[i * size + j] === 0,
      last: { head: '|Δz|', cell: (i) => number(moved[i]!, 1) },
    })}
  </div>`;

/** exp(s) / sum exp(s), with nothing done about rows of -infinity. */
function plainSoftmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - highest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((x) => x / sum);
}

/** The Euclidean distance between each two rows of two outputs. */
const movedFrom = (a: Float32Array, b: Float32Array): number[] =>
  names.map((_, i) => Math.hypot(...Array.from({ length: width }, (_, d) => a[i * width + d]! - b[i * width + d]!)));

customElements.define('mask-section', MaskSection);
