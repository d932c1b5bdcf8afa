import { html, type TemplateResult } from 'lit';
import type { Encoding, Tensor } from '../../src/engine/types.ts';
import { menu } from '../../src/elements/rooms/controls.ts';
import { halves, tableOf } from './encoding.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { matrix, power } from '../../src/elements/rooms/matrix.ts';
import { normals } from '../../src/elements/rooms/random.ts';
import { PageSection } from './pageSection.ts';

const pairs = [
  {
    name: '我爱过他 / 他爱过我',
    sentences: [
      ['我', '爱', '过', '他'],
      ['他', '爱', '过', '我'],
    ],
  },
  {
    name: 'I loved him / him loved I',
    sentences: [
      ['I', 'loved', 'him'],
      ['him', 'loved', 'I'],
    ],
  },
] as const;
const width = 8;
const heads = 2;
const columns = Array.from({ length: width }, (_, d) => String(d + 1));

/** The same words in another order: attention without positions gives the same outputs, in another order. */
class OrderSection extends PageSection {
  #encoding = 'none';
  #pair = 0;
  #outputs: Float32Array[] = [];

  protected override async compute(lab: Lab): Promise<void> {
    const { sentences } = pairs[this.#pair]!;
    const row = lab.encodings.find(({ name }) => name === this.#encoding) ?? lab.encodings[0]!;
    this.#outputs = await Promise.all(sentences.map((words) => attended(lab, row, words, sentences[0])));
  }

  protected override show(lab: Lab): TemplateResult {
    const { t } = this;
    const { sentences } = pairs[this.#pair]!;
    const ready = this.#outputs.every((output, s) => output.length === sentences[s]!.length * width);
    return html`
      <p class="caption">
        ${t(
          'Each word has a vector of 8 random numbers; queries, keys and values are made from it by fixed matrices, and two heads attend in both directions. Compare the output of a word in one sentence with its output in the other.',
          '每个词有一个由 8 个随机数组成的向量；查询、键和值由固定的矩阵得出，两个头双向注意。比较同一个词在两句话里的输出。',
        )}
      </p>
      <div class="row">
        ${menu({
          id: 'order-encoding',
          label: t('Encoding', '编码'),
          rows: lab.encodings,
          chosen: this.#encoding,
          isChinese: this.isChinese,
          onChoose: (name) => {
            this.#encoding = name;
            this.changed();
          },
        })}
        ${pairs.map(
          ({ name }, at) =>
            html`<label class="check">
              <input
                type="radio"
                name="order-pair"
                .checked=${this.#pair === at}
                @change=${() => {
                  this.#pair = at;
                  this.changed();
                }}
              />
              ${name}
            </label>`,
        )}
      </div>
      ${ready && this.#outputs.length > 0 ? this.#compared(sentences) : ''}
    `;
  }

  #compared(sentences: readonly (readonly string[])[]): TemplateResult {
    const { t } = this;
    const apart = largestDifference(sentences, this.#outputs);
    // Sums over the same numbers in another order differ by roundings.
    const same = apart < 1e-5;
    return html`
      <div class="bench two">
        ${sentences.map(
          (words, s) =>
            html`<div>
              ${matrix({
                data: this.#outputs[s]!,
                rows: words,
                columns,
                full: 2,
                caption: words.join(/\p{Script=Han}/u.test(words[0]!) ? '' : ' '),
              })}
            </div>`,
        )}
      </div>
      <p class="finding" role="status">
        ${t('Largest difference between the outputs of a word in the two sentences:', '同一个词在两句话中输出的最大差别：')}
        <strong data-fact="order">${power(apart)}</strong>.
        ${
          same
            ? t(
                'To attention these are the same sentence: the same outputs, in another order.',
                '在注意力看来，这是同一句话：输出相同，只是换了次序。',
              )
            : t('Now it matters who loved whom.', '现在，谁爱过谁就有区别了。')
        }
      </p>
    `;
  }
}

/** The output of attention for each word, `(words, width)`; a word's vector is that of its place in `vocabulary`. */
async function attended(
  { engine }: Lab,
  row: Encoding,
  words: readonly string[],
  vocabulary: readonly string[],
): Promise<Float32Array> {
  const tokens = words.length;
  const embedding = normals(vocabulary.length * width, 21);
  const own = words.flatMap((word) => {
    const place = vocabulary.indexOf(word) * width;
    return [...embedding.subarray(place, place + width)];
  });
  const size = row.kind === 'biased' ? heads : row.kind === 'rotated' ? width / heads : width;
  const params = Object.fromEntries(row.params.map(({ name, standard }) => [name, standard]));
  const table = await tableOf(engine, row, { tokens, width: size, params });
  const added = row.kind === 'added' ? table!.data : new Float32Array(own.length);
  const x: Tensor = { shape: [1, tokens, width], data: Float32Array.from(own, (value, i) => value + added[i]!) };
  const [plainQ, plainK, v] = await Promise.all([31, 32, 33].map((seed) => engine.matmul(x, square(seed))));
  const turn = row.kind === 'rotated' ? halves(table!) : null;
  const [q, k] = await Promise.all(
    [plainQ!, plainK!].map((vectors) =>
      turn
        ? engine.rotaryEmbedding(vectors, turn.cosines, turn.sines, { num_heads: heads, interleaved: row.interleaved })
        : vectors,
    ),
  );
  const { output } = await engine.attention(q!, k!, v!, {
    q_num_heads: heads,
    kv_num_heads: heads,
    ...(row.kind === 'biased' && { mask: table! }),
  });
  return output.data;
}

const square = (seed: number): Tensor => ({
  shape: [width, width],
  data: normals(width * width, seed).map((x) => x / Math.sqrt(width)),
});

/** Over all words, between their outputs in the two sentences. */
function largestDifference(sentences: readonly (readonly string[])[], outputs: readonly Float32Array[]): number {
  const [first, second] = sentences as [readonly string[], readonly string[]];
  const apart = first.flatMap((word, i) => {
    const j = second.indexOf(word);
    return columns.map((_, d) => Math.abs(outputs[0]![i * width + d]! - outputs[1]![j * width + d]!));
  });
  return Math.max(...apart);
}

customElements.define('order-section', OrderSection);
