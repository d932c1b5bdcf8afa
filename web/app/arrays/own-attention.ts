import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { attentionIn, readArrays, writeArrays, type RecordedAttention } from '../../src/arrays/index.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { number } from '../../src/elements/rooms/matrix.ts';
import { Room } from '../../src/elements/rooms/room.ts';
import { AttentionError } from '../../src/engine/error.ts';
import type { Tensor } from '../../src/engine/types.ts';
import { attentionMap, headGrid, type AttentionMap, type HeadGrid } from '../../src/plots/index.ts';
import type { Cell, HeadPlace } from '../../src/plots/types.ts';
import { save } from '../download.ts';
import { modelUrl } from '../models.ts';

/** Cells of all heads together that are drawn. */
const mostCells = 2 ** 25;
const example = { model: 'sentences', text: 'anna loved ben . who was loved ?' };
const formats = ['npz', 'json', 'safetensors'] as const;

interface Shown extends RecordedAttention {
  name: string;
  /** `(heads, queries, keys)` of each layer. */
  layers: Tensor[];
  /** Mean entropy of each layer's heads in nats, and their mean distance where queries are keys. */
  entropy: Float32Array;
  distance: Float32Array | null;
}

const styles = css`
  .own {
    display: grid;
    gap: 1.5rem 2.25rem;
    grid-template-columns: minmax(0, 1fr);
  }
  @container (min-width: 52rem) {
    .own {
      grid-template-columns: minmax(14rem, 22rem) minmax(0, 1fr);
    }
  }
  .drop {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 1rem;
    align-items: center;
    padding: 0.75rem 1rem;
    border: 1px dashed var(--attn-soft);
    border-radius: 0.4rem;
  }
  .drop.over {
    border-color: var(--attn-accent);
    background: var(--attn-wash);
  }
  .choose {
    position: relative;
    display: inline-flex;
    align-items: center;
  }
  .choose:focus-within {
    outline: 2px solid var(--attn-accent);
    outline-offset: 2px;
  }
  .choose input {
    position: absolute;
    inset: 0;
    width: 100%;
    opacity: 0;
    cursor: pointer;
  }
`;

/** Attention that was recorded anywhere, from a file of arrays: every head, one large map, and what the heads measure. */
export class OwnAttention extends Room {
  static override styles = [Room.styles, styles];
  #shown: Shown | null = null;
  /** What the visitor chose and has not been read yet. */
  #file: File | null = null;
  #head: HeadPlace = { layer: 0, head: 0 };
  #cell: Cell | null = null;
  #grid: HeadGrid | null = null;
  #map: AttentionMap | null = null;

  protected override async compute(lab: Lab): Promise<void> {
    const file = this.#file;
    this.#file = null;
    if (!file && this.#shown) return;
    const [name, recorded] = file ? [file.name, await readFile(file)] : [example.text, await record(lab)];
    this.#shown = await measured(lab, name, recorded);
    [this.#head, this.#cell] = [{ layer: 0, head: 0 }, null];
  }

  protected override show(): TemplateResult {
    const { t } = this;
    const shown = this.#shown;
    return html`
      <p class="caption">
        ${t(
          'Drop a file with attention of the axes (layers, heads, queries, keys), from any program: .npz, .npy or .json. It is read here and never leaves this computer. Shown first: what the model “sentences” makes of a sentence.',
          '把任何程序导出的注意力文件拖进来，轴的顺序是（层、头、查询、键）：.npz、.npy 或 .json。文件只在这里读取，不会离开这台电脑。先显示的是“sentences”模型读一句话的结果。',
        )}
      </p>
      ${this.#drop()}
      ${
        shown
          ? html`<p class="soft" role="status">${this.#told(shown)}</p>
              <div class="own">
                <div id="grid"></div>
                <figure>
                  <div id="map"></div>
                  <figcaption class="soft">${this.#facts(shown)}</figcaption>
                </figure>
              </div>
              <p class="row">
                <span class="soft">${t('Save what is shown:', '保存显示的内容：')}</span>
                ${formats.map(
                  (format) => html`<button type="button" @click=${() => this.#save(shown, format)}>.${format}</button>`,
                )}
              </p>`
          : nothing
      }
      <h3>${t('Such a file, from Python', '用 Python 做这样的文件')}</h3>
      <pre tabindex="0"><code>numpy.savez("attention.npz", attention=a, tokens=["I", "loved", "him"])
# ${t('cross attention', '交叉注意力')}: query_tokens=[...], key_tokens=[...]</code></pre>
    `;
  }

  #drop(): TemplateResult {
    const { t } = this;
    const take = (file: File | null | undefined): void => {
      if (!file) return;
      this.#file = file;
      this.changed();
    };
    const mark =
      (isOver: boolean) =>
      (event: DragEvent): void => {
        event.preventDefault();
        (event.currentTarget as HTMLElement).classList.toggle('over', isOver);
      };
    return html`<div
      class="drop"
      @dragover=${mark(true)}
      @dragleave=${mark(false)}
      @drop=${(event: DragEvent) => {
        mark(false)(event);
        take(event.dataTransfer?.files[0]);
      }}
    >
      <label class="button choose"
        >${t('Choose a file', '选择文件')}
        <input
          type="file"
          accept=".npz,.npy,.json"
          @change=${({ target }: Event) => take((target as HTMLInputElement).files?.[0])}
        />
      </label>
      <span class="soft">${t('or drop it here', '或拖到这里')}</span>
    </div>`;
  }

  #told({ name, attention }: Shown): string {
    const [layers, heads, queries, keys] = attention.shape as [number, number, number, number];
    return this.t(
      `${name}: ${layers} layers of ${heads} heads, ${queries} queries, ${keys} keys.`,
      `${name}：${layers} 层，每层 ${heads} 个头，${queries} 个查询，${keys} 个键。`,
    );
  }

  #facts({ attention, entropy, distance }: Shown): string {
    const { layer, head } = this.#head;
    const place = layer * attention.shape[1]! + head;
    const most = number(Math.log(attention.shape[3]!));
    const far = distance
      ? this.t(`; mean distance ${number(distance[place]!)}`, `；平均距离 ${number(distance[place]!)}`)
      : '';
    return (
      this.t(
        `Layer ${layer}, head ${head}. Entropy of its rows ${number(entropy[place]!)} of at most ${most}`,
        `第 ${layer} 层第 ${head} 头。各行的熵 ${number(entropy[place]!)}，最大 ${most}`,
      ) + far
    );
  }

  protected override updated(changes: PropertyValues): void {
    super.updated(changes);
    const shown = this.#shown;
    if (!shown) return;
    const look = { lang: this.isChinese ? ('zh' as const) : ('en' as const), theme: this.shade };
    const tokens = shown.queryTokens;
    const ofGrid = { ...look, tokens, selected: this.#head, scrolls: true };
    const ofMap = { ...look, tokens, keyTokens: shown.keyTokens, head: this.#head.head, selected: this.#cell };
    const pattern = shown.layers[this.#head.layer]!;
    if (this.#grid && this.#map) {
      this.#grid.update(shown.layers, ofGrid);
      this.#map.update(pattern, ofMap);
      return;
    }
    this.#grid = headGrid(shown.layers, ofGrid);
    this.#map = attentionMap(pattern, ofMap);
    this.#grid.addEventListener('plot-select', (event) => {
      this.#head = (event as CustomEvent<HeadPlace>).detail;
      this.requestUpdate();
    });
    this.#map.addEventListener('plot-select', (event) => {
      this.#cell = (event as CustomEvent<Cell>).detail;
      this.requestUpdate();
    });
    this.renderRoot.querySelector('#grid')!.append(this.#grid);
    this.renderRoot.querySelector('#map')!.append(this.#map);
  }

  #save({ attention, queryTokens, keyTokens }: Shown, format: (typeof formats)[number]): void {
    const texts = (list: readonly string[]) => ({ shape: [list.length], texts: list });
    const arrays = { attention, query_tokens: texts(queryTokens), key_tokens: texts(keyTokens) };
    save(new Blob([writeArrays(arrays, format) as Uint8Array<ArrayBuffer>]), `attention.${format}`);
  }
}

async function readFile(file: File): Promise<RecordedAttention> {
  return attentionIn(readArrays(new Uint8Array(await file.arrayBuffer()), file.name), file.name);
}

/** What a shipped model attends to. */
async function record({ engine }: Lab): Promise<RecordedAttention> {
  const model = await engine.loadModel(modelUrl(example.model));
  try {
    const run = await model.run(example.text, { record: ['blocks.*.attn.pattern'], logits: 'last' });
    const layers = Object.values(run.activations);
    const data = Float32Array.from(layers.flatMap((layer) => [...layer.data]));
    const attention = { shape: [layers.length, ...layers[0]!.shape], data };
    return { attention, queryTokens: run.tokens, keyTokens: run.tokens };
  } finally {
    model.dispose();
  }
}

/** Throws `array_size` for more cells than are drawn. */
async function measured({ engine }: Lab, name: string, recorded: RecordedAttention): Promise<Shown> {
  const { shape, data } = recorded.attention;
  const [layers, heads, queries, keys] = shape as [number, number, number, number];
  if (data.length > mostCells) {
    throw new AttentionError('array_size', `${name}: found ${data.length} weights, expected at most ${mostCells}`);
  }
  const size = heads * queries * keys;
  const entropy = await engine.headEntropy(recorded.attention);
  const distance = queries === keys ? await engine.headDistance(recorded.attention) : null;
  return {
    ...recorded,
    name,
    layers: Array.from({ length: layers }, (_, l) => ({
      shape: [heads, queries, keys],
      data: data.subarray(l * size, (l + 1) * size),
    })),
    entropy: entropy.data,
    distance: distance?.data ?? null,
  };
}
