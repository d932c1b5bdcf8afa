import { html, nothing, type TemplateResult } from 'lit';
import { define } from '../../src/elements/define.ts';
import { standsOf, type Stand } from '../../src/elements/scene.ts';
import type { GivenImage } from '../live.ts';
import { wholeNumber } from '../messages.ts';
import type { Panel } from '../panels/panel.ts';
import { continues } from '../session.ts';
import './families.css';
import { attentionOn } from './image-attention.ts';
import { ImageField } from './image-field.ts';
import { familySayer, hintKeys } from './messages.ts';

/** The attentions of a model in the order of the forward pass. */
const standOrder = ['encoder', 'decoder', 'cross'] as const;

/** What rows and columns of the map are; null where the page itself knows. */
export function hint({ live }: Panel): string | null {
  const { open, settings } = live;
  if (!open || continues(open.info)) return null;
  return familySayer(settings.lang)(open.info.image ? 'hintImage' : hintKeys[settings.stand]);
}

/** Which attention is shown, of a model with several. */
export function standChoice({ live, actions }: Panel): TemplateResult | typeof nothing {
  const { open, settings } = live;
  if (!open || standsOf(open.info).length < 2) return nothing;
  const say = familySayer(settings.lang);
  const choice = (stand: Exclude<Stand, 'self'>) => html`
    <button type="button" aria-pressed=${String(settings.stand === stand)} @click=${() => actions.setStand(stand)}>
      ${say(stand)}
    </button>
  `;
  return html`<div class="stands" role="group" aria-label=${say('stand')}>${standOrder.map(choice)}</div>`;
}

/** The second text, for models that read pairs. */
export function pairField({ live, actions }: Panel): TemplateResult | typeof nothing {
  const { open, settings } = live;
  if (!open || open.info.n_segments < 2) return nothing;
  const say = familySayer(settings.lang);
  return html`
    <div class="field pair">
      <label for="pair">${say('pair')}</label>
      <input
        id="pair"
        type="text"
        spellcheck="false"
        autocomplete="off"
        aria-describedby="pair-hint"
        .value=${settings.pair}
        @input=${(event: Event) => actions.setPair((event.target as HTMLInputElement).value)}
      />
      <small id="pair-hint">${say('pairHint')}</small>
    </div>
  `;
}

/** In the place of the text, for models that read images. */
export function imageField({ live, actions }: Panel): TemplateResult | typeof nothing {
  const { open, settings, image } = live;
  if (!open?.info.image) return nothing;
  define('image-field', ImageField);
  return html`<image-field
    .size=${open.info.image}
    .image=${image}
    .attention=${live.picture ? attentionOn(live.picture, settings) : null}
    .lang=${settings.lang}
    @image-give=${({ detail }: CustomEvent<GivenImage>) => actions.setImage(detail)}
  ></image-field>`;
}

/** What kind of model it is, in numbers; null where the page itself knows. */
export function facts({ live }: Panel): string | null {
  const { open, settings } = live;
  if (!open) return null;
  const { n_layers, n_encoder_layers, n_heads, parameters, vocab_size, image } = open.info;
  const values = {
    layers: wholeNumber(n_layers),
    encoder: wholeNumber(n_encoder_layers),
    heads: wholeNumber(n_heads),
    parameters: wholeNumber(parameters),
    vocabulary: wholeNumber(vocab_size),
  };
  const say = familySayer(settings.lang);
  if (image) return say('factsImage', { ...values, side: image.side, patch: image.patch });
  return n_encoder_layers > 0 ? say('factsBoth', values) : null;
}
