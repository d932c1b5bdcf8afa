import { html, type TemplateResult } from 'lit';
import { convertWeights } from '../../src/arrays/index.ts';
import { folderNames } from '../../src/engine/folder.ts';
import { save } from '../download.ts';
import type { Live } from '../live.ts';
import type { SayTool } from './messages.ts';

const formats = ['safetensors', 'npz', 'json'] as const;
/** Files of the folder that stay as they were. */
const others = ['config', 'tokenizer', 'preprocessor'] as const;

export type Saving = (typeof formats)[number] | (typeof others)[number];

/** Hands the visitor the weights with the changes, or a file beside them. */
export async function saveWeights(what: Saving, { weights, open }: Live): Promise<void> {
  const { files, now } = weights!;
  if (what === 'config' || what === 'tokenizer' || what === 'preprocessor') {
    save(new Blob([files[what] ?? ''], { type: 'application/json' }), folderNames[what]);
  } else if (what === 'safetensors') {
    save(now instanceof Blob ? now : new Blob([now as Uint8Array<ArrayBuffer>]), folderNames.weights);
  } else {
    save(await convertWeights(now, what), `weights-${open!.name}.${what}`);
  }
}

export function saveButtons({ weights }: Live, say: SayTool, press: (what: Saving) => unknown): TemplateResult {
  const { files } = weights!;
  const beside = others.filter((part) => files[part] !== undefined);
  const button = (what: Saving, text: string) =>
    html`<button type="button" @click=${() => press(what)}>${text}</button>`;
  return html`
    <h4 id="save-title">${say('saveModel')}</h4>
    <div class="row" role="group" aria-labelledby="save-title">
      ${formats.map((format) => button(format, `.${format}`))} ${beside.map((part) => button(part, folderNames[part]))}
    </div>
    <p class="soft">${say('saveModelAbout')}</p>
  `;
}
