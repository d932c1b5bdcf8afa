import { html, nothing, type TemplateResult } from 'lit';
import type { WeightTensor } from '../../src/arrays/index.ts';
import { visibleToken } from '../../src/plots/tokens.ts';
import type { Live, Picture } from '../live.ts';
import { sayer } from '../messages.ts';
import { verdict } from '../panels/next.ts';
import type { SayTool } from './messages.ts';
import { formulaOf, operations, parts, type Draft } from './weight-edit.ts';
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
  const place = Math.min(cell?.query ?? Infinity, (read?.tokens.length ?? 0) - 1);
  const token = embeddings && read?.ids[place];
  const offers: [name: string, text: string, draft: Partial<Draft>][] = [];
  if (attention) offers.push([attention, say('tryAttention', { layer: shown.layer }), zero]);
  if (feedForward) offers.push([feedForward, say('tryFeedForward', { layer: shown.layer }), zero]);
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
  live: Live;
  say: SayTool;
  patch(change: Partial<Draft>): void;
  apply(event: Event): void;
}

/** What to do, with which number, to which part. */
export function editForm({ tensor, draft, live, say, patch, apply }: Form): TemplateResult {
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
      <button type="submit" class="primary apply">${say('apply')}</button>
    </form>
  `;
}

/** The token of a row, of a tensor with one for each. */
function tokenOf({ shape }: WeightTensor, row: string, live: Live): string | undefined {
  const { vocabulary = [] } = live.open?.info ?? {};
  return shape.length === 2 && shape[0] === vocabulary.length ? vocabulary[Number(row)] : undefined;
}

/** What the model says now, and what it said before the last change. */
export function shiftOf(earlier: Picture, live: Live, say: SayTool): TemplateResult {
  const { run: before, answer: wrote } = earlier;
  const { picture, weights, settings } = live;
  const count = weights!.edits.length;
  const edits = count === 1 ? say('oneEdit') : say('manyEdits', { count });
  const told = count > 0 ? say('applied', { count: edits }) : say('unchanged');
  const { info, run, answer } = picture!;
  const isSame = run !== before && sameInput(earlier, picture!);
  const labels = info.head === 'next_token' ? info.vocabulary : info.head === 'sequence' ? info.labels : [];
  const shift =
    isSame && !answer && !wrote && labels.length === run.probs.data.length
      ? verdict({ now: run.probs.data, before: before.probs.data, labels }, sayer(settings.lang))
      : isSame && answer && wrote && answer.now !== wrote.now
        ? `“${wrote.now}” → “${answer.now}”`
        : '';
  return html`<p>${told}</p>
    ${shift ? html`<p class="verdict">${shift}</p>` : nothing}`;
}

/** What was written for it is no part of it. */
function sameInput(a: Picture, b: Picture): boolean {
  const part = ({ input }: Picture, name: 'pair' | 'image'): unknown =>
    typeof input === 'string' ? undefined : (input as Partial<Record<typeof name, unknown>>)[name];
  return a.run.text === b.run.text && part(a, 'pair') === part(b, 'pair') && part(a, 'image') === part(b, 'image');
}

/** The changes in force; `keep` is told how many of them are to stay. */
export function editList(live: Live, say: SayTool, keep: (count: number) => void): TemplateResult | typeof nothing {
  const { edits } = live.weights!;
  if (edits.length === 0) return nothing;
  return html`
    <h4 id="edits-title">${say('edits')}</h4>
    <ol class="edits" aria-labelledby="edits-title">
      ${edits.map((edit) => html`<li><code>${formulaOf(edit)}</code></li>`)}
    </ol>
    <div class="row">
      <button type="button" @click=${() => keep(edits.length - 1)}>${say('takeLast')}</button>
      <button type="button" @click=${() => keep(0)}>${say('takeAll')}</button>
    </div>
  `;
}
