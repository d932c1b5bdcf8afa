import { html, nothing, type TemplateResult } from 'lit';
import type { WeightTensor } from '../../src/arrays/index.ts';
import { visibleToken } from '../../src/plots/tokens.ts';
import type { Live, Picture } from '../live.ts';
import { verdict } from '../panels/next.ts';
import type { SayTool } from './messages.ts';
import { formulaOf, operations, parts, type Draft, type Fault } from './weight-edit.ts';
import { layoutOf } from './weight-matrix.ts';
import { tellingIn } from './weight-names.ts';

type Choose = (name: string, draft: Partial<Draft>) => void;

/** Changes that tell something, by one click into the form. */
export function suggestions(
  live: Live,
  tensors: readonly WeightTensor[],
  say: SayTool,
  choose: Choose,
): TemplateResult | typeof nothing {
  const { shown, stand, cell } = live.settings;
  const { attention, feedForward, positions, embeddings } = tellingIn(tensors, shown.layer, stand);
  const zero = { operation: 'scale', value: '0', part: 'whole' } as const;
  const read = live.picture?.run.source ?? live.picture?.run;
  // Rows of a decoder's maps are tokens of the answer.
  const pointed = stand === 'decoder' ? undefined : stand === 'cross' ? cell?.key : cell?.query;
  const place = Math.min(pointed ?? Infinity, (read?.tokens.length ?? 0) - 1);
  const token = embeddings && read?.ids[place];
  const offers: [name: string, text: string, draft: Partial<Draft>][] = [];
  const silenced = (name: string, what: 'tryAttention' | 'tryFeedForward'): void => {
    const hasBias = tensors.some((tensor) => tensor.name === name.replace(/weight$/, 'bias'));
    offers.push([name, say(what, { layer: shown.layer }) + (hasBias ? say('biasStays') : ''), zero]);
  };
  if (attention) silenced(attention, 'tryAttention');
  if (feedForward) silenced(feedForward, 'tryFeedForward');
  if (positions) offers.push([positions, say('tryPositions'), { ...zero, operation: 'set' }]);
  if (embeddings && token !== undefined) {
    const text = say('tryToken', { token: visibleToken(read!.tokens[place]!) });
    offers.push([embeddings, text, { ...zero, operation: 'set', part: 'row', row: String(token) }]);
  }
  if (offers.length === 0) return nothing;
  return html`
    <div class="examples" role="group" aria-label=${say('weightsTry')}>
      <span class="label" aria-hidden="true">${say('weightsTry')}</span>
      ${offers.map(
        ([name, text, draft]) =>
          html`<button type="button" class="example" @click=${() => choose(name, draft)}><bdi>${text}</bdi></button>`,
      )}
    </div>
  `;
}

interface Form {
  tensor: WeightTensor;
  draft: Draft;
  fault: Fault | null;
  live: Live;
  say: SayTool;
  patch(change: Partial<Draft>): void;
  apply(event: Event): void;
}

const faults = { value: 'badValue', row: 'badRow', column: 'badColumn' } as const;

/** What to do, with which number, to which part. */
export function editForm({ tensor, draft, fault, live, say, patch, apply }: Form): TemplateResult {
  const { rows, columns } = layoutOf(tensor.shape);
  const typed = (field: 'value' | 'row' | 'column') => (event: Event) =>
    patch({ [field]: (event.target as HTMLInputElement).value });
  const input = (field: 'value' | 'row' | 'column', text: string, mode: 'decimal' | 'numeric') => html`
    <label
      >${text}
      <input
        type="text"
        name=${field}
        inputmode=${mode}
        size="7"
        aria-invalid=${String(fault?.field === field)}
        aria-describedby=${fault?.field === field ? 'edit-fault' : nothing}
        autocomplete="off"
        .value=${draft[field]}
        @input=${typed(field)}
    /></label>
  `;
  const choice = <T extends string>(text: string, all: readonly T[], now: T, name: (one: T) => string, field: string) =>
    html`<label
      >${text}
      <select @change=${(event: Event) => patch({ [field]: (event.target as HTMLSelectElement).value })}>
        ${all.map((one) => html`<option value=${one} .selected=${one === now}>${name(one)}</option>`)}
      </select></label
    >`;
  const possible = parts.filter((part) => rows > 1 || part === 'whole' || part === 'column');
  const hasRow = draft.part === 'row' || draft.part === 'element';
  const hasColumn = draft.part === 'column' || draft.part === 'element';
  const token = hasRow ? tokenOf(tensor, draft.row, live) : undefined;
  return html`
    <form class="edit" novalidate @submit=${apply}>
      <div class="row">
        ${choice(say('operation'), operations, draft.operation, (one) => say(one), 'operation')}
        ${input('value', say('value'), 'decimal')}
      </div>
      <div class="row">
        ${choice(say('part'), possible, draft.part, (one) => say(one), 'part')}
        ${hasRow && rows > 1 ? input('row', `${say('rowPlace')} (0–${rows - 1})`, 'numeric') : nothing}
        ${hasColumn ? input('column', `${say('columnPlace')} (0–${columns - 1})`, 'numeric') : nothing}
      </div>
      ${token === undefined ? nothing : html`<p class="soft">${say('rowToken', { token: visibleToken(token) })}</p>`}
      <p id="edit-fault" class="wrong" role="alert">${fault ? say(faults[fault.field], { ...fault }) : nothing}</p>
      <button type="submit" class="primary apply">${say('apply')}</button>
    </form>
  `;
}

/** The token of a row, of a tensor with one for each. */
function tokenOf({ shape }: WeightTensor, row: string, live: Live): string | undefined {
  const { vocabulary = [] } = live.open?.info ?? {};
  return shape.length === 2 && shape[0] === vocabulary.length
    ? vocabulary[row.trim() === '' ? -1 : Number(row)]
    : undefined;
}

/** Which model the page shows, and what the last change did to what it says. */
export function told(earlier: Picture, { picture, weights }: Live, say: SayTool): TemplateResult {
  const count = weights!.edits.length;
  const edits = count === 1 ? say('oneEdit') : say('manyEdits', { count });
  const shift = shiftOf(earlier, picture!, say);
  return html`<p>${count > 0 ? say('applied', { count: edits }) : say('unchanged')}</p>
    ${shift ? html`<p class="verdict">${shift}</p>` : nothing}`;
}

/** What the model says now beside what it said of the same before; '' where that cannot be said in a sentence. */
function shiftOf(earlier: Picture, picture: Picture, say: SayTool): string {
  const { info, run, answer } = picture;
  if (run === earlier.run || !sameInput(earlier, picture)) return '';
  if (answer) return say('shiftAnswer', { old: earlier.answer?.now ?? '', now: answer.now });
  const labels = info.head === 'next_token' ? info.vocabulary : info.head === 'sequence' ? info.labels : [];
  if (labels.length === 0) return '';
  return verdict({ now: run.probs.data, before: earlier.run.probs.data, labels }, (key, values) =>
    say(key === 'next.verdictSame' ? 'shiftSame' : 'shiftFlip', values),
  );
}

/** What was written for it is no part of it. */
function sameInput(a: Picture, b: Picture): boolean {
  const part = ({ input }: Picture, name: 'pair' | 'image'): unknown =>
    typeof input === 'string' ? undefined : (input as Partial<Record<typeof name, unknown>>)[name];
  return a.run.text === b.run.text && part(a, 'pair') === part(b, 'pair') && part(a, 'image') === part(b, 'image');
}

/** The changes in force; `keep` is told how many of them are to stay. */
export function editList(
  live: Live,
  tensors: readonly WeightTensor[],
  say: SayTool,
  keep: (count: number) => void,
): TemplateResult | typeof nothing {
  const { edits } = live.weights!;
  if (edits.length === 0) return nothing;
  return html`
    <h4 id="edits-title">${say('edits')}</h4>
    <ol class="edits" aria-labelledby="edits-title">
      ${edits.map((edit) => {
        const tensor = tensors.find(({ name }) => name === edit.at);
        const token = tensor && tokenOf(tensor, String(edit.index?.[0] ?? ''), live);
        return html`<li>
          <code>${formulaOf(edit)}</code>
          ${token === undefined ? nothing : html`<span class="soft">“${visibleToken(token)}”</span>`}
        </li>`;
      })}
    </ol>
    <div class="row">
      <button type="button" @click=${() => keep(edits.length - 1)}>${say('takeLast')}</button>
      <button type="button" @click=${() => keep(0)}>${say('takeAll')}</button>
    </div>
  `;
}
