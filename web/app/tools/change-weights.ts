import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { editWeights, readWeights, type WeightEdit, type WeightTensor } from '../../src/arrays/index.ts';
import { watchSystemTheme } from '../../src/elements/theme.ts';
import { toFailure } from '../failure.ts';
import type { Picture } from '../live.ts';
import type { Weights } from '../models.ts';
import type { SayTool } from './messages.ts';
import { ToolPanel } from './tool-panel.ts';
import { editOf, isFault, type Draft, type Fault } from './weight-edit.ts';
import { editForm, editList, told, suggestions } from './weight-form.ts';
import { digest, layoutOf, type Digest } from './weight-matrix.ts';
import { tellingIn } from './weight-names.ts';
import { facts, heatMap, tensorChoice } from './weight-picture.ts';
import { saveButtons, saveWeights, type Saving } from './weight-saving.ts';

const firstDraft: Draft = { operation: 'scale', value: '0', part: 'whole', row: '0', column: '0' };

/** A tensor as it is now. */
interface Seen {
  tensor: WeightTensor;
  digest: Digest;
}

/** The open model's weights: one tensor at a time to look at, numbers in it changed, the whole saved. */
export class ChangeWeights extends ToolPanel {
  static override properties = {
    ...ToolPanel.properties,
    tensors: { state: true },
    chosen: { state: true },
    seen: { state: true },
    draft: { state: true },
    fault: { state: true },
    earlier: { state: true },
  };

  declare tensors: readonly WeightTensor[];
  /** The name of a tensor. */
  declare chosen: string;
  declare seen: Seen | null;
  declare draft: Draft;
  /** What kept the form from being applied. */
  declare fault: Fault | null;
  /** What the page showed before the last change was applied. */
  declare earlier: Picture | null;
  protected override readonly heading = 'weightsTitle';
  protected override readonly failed = 'weightsFailed';
  /** What `seen` was asked of. */
  private asked: { now: Weights['now']; name: string } | null = null;
  /** The cell of the map under the pointer. */
  private readonly pointed = { row: 0, column: 0 };
  private unwatch = (): void => {};

  constructor() {
    super();
    this.tensors = [];
    this.chosen = '';
    this.seen = this.fault = this.earlier = null;
    this.draft = firstDraft;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.unwatch = watchSystemTheme(repaint);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unwatch();
  }

  protected override updated(changes: PropertyValues<this>): void {
    if (changes.get('live')?.settings.theme !== this.live.settings.theme) repaint();
    const { now } = this.live.weights!;
    if (this.asked?.now === now && this.asked.name === this.chosen) return;
    void this.look(now);
  }

  /** Reads the chosen tensor, and forgets it again: only its digest stays. */
  private async look(now: Weights['now']): Promise<void> {
    const asked = { now, name: this.chosen };
    this.asked = asked;
    try {
      const { tensors, read } = await readWeights(now);
      const { shown, stand } = this.live.settings;
      asked.name ||= tellingIn(tensors, shown.layer, stand).attention ?? tensors[0]?.name ?? '';
      const tensor = tensors.find(({ name }) => name === asked.name)!;
      const found = digest(await read(asked.name));
      if (this.asked !== asked) return;
      [this.tensors, this.chosen, this.seen] = [tensors, asked.name, { tensor, digest: found }];
    } catch (error) {
      if (this.asked !== asked) return;
      this.seen = null;
      this.failure = toFailure('failure.tool', error);
    }
  }

  private get tensor(): WeightTensor | undefined {
    return this.tensors.find(({ name }) => name === this.chosen);
  }

  private readonly apply = (event: Event): void => {
    event.preventDefault();
    const { tensor } = this;
    if (!tensor) return;
    const edit = editOf(tensor.name, layoutOf(tensor.shape), this.draft);
    this.fault = isFault(edit) ? edit : null;
    if (isFault(edit)) this.querySelector<HTMLInputElement>(`[name=${edit.field}]`)?.focus();
    else void this.attempt(() => this.make([...this.live.weights!.edits, edit]));
  };

  /** Opens the model with these edits in the place of those before. */
  private async make(edits: readonly WeightEdit[]): Promise<void> {
    const { files } = this.live.weights!;
    const { picture } = this.live;
    const now = edits.length > 0 ? await editWeights(files.weights, edits) : files.weights;
    await this.actions.reweigh({ files, edits, now });
    this.earlier = picture;
    // `live` tells of it with the next frame.
    await new Promise(requestAnimationFrame);
  }

  private async takeBack(edits: readonly WeightEdit[]): Promise<void> {
    await this.attempt(() => this.make(edits));
    // The button that was pressed is gone with the last change.
    if (edits.length === 0) this.querySelector<HTMLElement>('.apply')?.focus();
  }

  private readonly choose = (name: string, draft: Partial<Draft> = {}): void => {
    this.chosen = name;
    this.draft = { ...this.draft, row: '0', column: '0', ...draft };
    this.failure = this.fault = null;
  };

  private readonly save = (what: Saving): Promise<void> => this.attempt(() => saveWeights(what, this.live));

  protected override content(say: SayTool): TemplateResult {
    const { live, tensors, tensor, seen, draft, fault, chosen } = this;
    const { edits } = live.weights!;
    const patch = (change: Partial<Draft>): void => {
      this.draft = { ...this.draft, ...change };
      this.fault = null;
    };
    return html`
      <p class="soft">${say('weightsAbout')}</p>
      ${suggestions(live, tensors, say, this.choose)} ${tensorChoice(tensors, chosen, say, this.choose)}
      <div class="weights">
        <div class=${seen?.tensor.name === chosen ? '' : 'stale'}>
          ${seen ? [facts(seen, say), heatMap({ ...seen, draft, live, say, patch, pointed: this.pointed })] : nothing}
        </div>
        <div>
          ${tensor ? editForm({ tensor, draft, fault, live, say, patch, apply: this.apply }) : nothing}
          <div role="status">
            ${this.busy ? html`<p>${say('working')}</p>` : this.earlier ? told(this.earlier, live, say) : nothing}
          </div>
          ${editList(live, tensors, say, (count) => void this.takeBack(edits.slice(0, count)))}
          ${saveButtons(live, say, this.save)}
        </div>
      </div>
    `;
  }
}

/** Colours follow the theme. */
const repaint = (): boolean => document.dispatchEvent(new Event('page-look'));
