import { html, type TemplateResult } from 'lit';
import { writeArrays, type NamedArrays } from '../../src/arrays/index.ts';
import { stationAt, standsOf } from '../../src/elements/scene.ts';
import type { Run } from '../../src/engine/types.ts';
import { save } from '../download.ts';
import type { SayTool } from './messages.ts';
import { ToolPanel } from './tool-panel.ts';

const formats = ['safetensors', 'npz', 'json'] as const;

/** The run that is shown, as arrays: every pattern by its station, tokens, logits. */
export class SaveRun extends ToolPanel {
  protected override readonly heading = 'saveTitle';
  protected override readonly failed = 'saveFailed';

  private save(format: (typeof formats)[number]): Promise<void> {
    return this.attempt(async () => {
      const { picture } = this.live;
      if (!picture) return;
      const { model, info, input, edits } = picture;
      const record = standsOf(info).map((stand) => stationAt(stand, '*', 'pattern'));
      const run = await this.actions.model().run(input, { record, edits: [...edits] });
      const bytes = writeArrays(arraysOf(run), format);
      save(new Blob([bytes as Uint8Array<ArrayBuffer>]), `run-${model}.${format}`);
    });
  }

  protected override content(say: SayTool): TemplateResult {
    return html`
      <p class="soft">${say('saveAbout')}</p>
      <div class="row" role="group" aria-label=${say('saveAs')}>
        <span class="label" aria-hidden="true">${say('saveAs')}</span>
        ${formats.map(
          (format) =>
            html`<button type="button" ?disabled=${this.busy} @click=${() => this.save(format)}>.${format}</button>`,
        )}
      </div>
    `;
  }
}

function arraysOf({ activations, tokens, source, logits }: Run): NamedArrays {
  const texts = (list: readonly string[]) => ({ shape: [list.length], texts: list });
  return {
    ...activations,
    tokens: texts(tokens),
    ...(source ? { source_tokens: texts(source.tokens) } : {}),
    // A model without a head has none.
    ...(logits.data.length > 0 ? { logits } : {}),
  };
}
