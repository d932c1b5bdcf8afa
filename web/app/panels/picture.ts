import { html, nothing, type TemplateResult } from 'lit';
import type { AttentionView } from '../../src/elements/attention-view.ts';
import { sceneOf, strongest, type Scene } from '../../src/elements/scene.ts';
import type { ModelInfo, Run } from '../../src/engine/types.ts';
import type { Badge } from '../../src/plots/index.ts';
import type { Link, MaskedAt } from '../../src/plots/types.ts';
import { groundOf, paintedMask } from '../changes.ts';
import { saveCsv, savePng, saveSvg } from '../download.ts';
import type { Live, Picture, Tool } from '../live.ts';
import { matchHeads } from '../match.ts';
import { memo } from '../memo.ts';
import { percent } from '../messages.ts';
import { shippedModel } from '../models.ts';
import type { Cell, HeadRef, View } from '../settings.ts';
import { changesPanel } from './changes.ts';
import type { Panel } from './panel.ts';

const sceneFor = memo(({ run, layer, temperature, stand }: Picture): Scene => sceneOf(run, layer, temperature, stand));
const badgesFor = memo(matchHeads);
const plainPatterns = memo((run: Run) => sceneOf(run, 0).patterns);
/** What is hatched; nothing where the model hides nothing and nobody painted. */
const maskedFor = memo((flipped: readonly Cell[], picture: Picture): MaskedAt | null => {
  const ground = groundOf(picture.info, picture.run, picture.stand);
  if (!ground.causal && flipped.length === 0) return null;
  const cells = paintedMask(flipped, ground);
  return (query, key) => cells[query * ground.keys + key] === 0;
});
const noHeads: readonly HeadRef[] = [];
const noLinks: readonly Link[] = [];
const linksOf = memo((linked: Live['linked']): readonly Link[] => linked.flatMap(({ links }) => links));
const noBadges: readonly Badge[] = [];

/** The attention itself, what can be changed about it, and ways to take it along. */
export function picturePanel(panel: Panel): TemplateResult {
  const { live, actions, say } = panel;
  const { settings, picture } = live;
  const scene = picture ? sceneFor(picture) : null;
  const links = settings.links ? linksOf(live.linked) : noLinks;
  // How heads match is a fact about the model as it is: changes do not reorder them.
  const badges = picture && links.length > 0 ? badgesFor(plainPatterns(picture.before), links) : noBadges;
  return html`
    <section class="picture${live.empty ? ' stale' : ''}" id="picture" aria-labelledby="picture-title">
      <h2 id="picture-title">${say('picture.title')}</h2>
      <p class="caption">
        ${live.parts?.hint(panel) ?? say(shippedModel(live.open?.name)?.reads === 'characters' ? 'picture.hintCharacters' : 'picture.hint')}
      </p>
      ${live.parts?.standChoice(panel)}
      <attention-view
        .scene=${scene}
        .shown=${settings.shown}
        .cell=${settings.cell ?? (scene && picture && firstCell(scene, picture.info, settings.shown, links))}
        .view=${settings.view}
        .off=${settings.changes.off.length > 0 ? settings.changes.off : noHeads}
        .links=${links}
        .badges=${badges}
        .sorted=${badges.length > 0}
        .masked=${picture ? maskedFor(settings.changes.mask, picture) : null}
        .painting=${live.painting}
        .fullColour=${picture?.info.image ? 'largest' : 'one'}
        .lang=${settings.lang}
        .theme=${settings.theme}
        @head-select=${(event: CustomEvent<HeadRef>) => actions.showHead(event.detail)}
        @cell-select=${(event: CustomEvent<Cell | null>) => actions.selectCell(event.detail)}
        @view-select=${(event: CustomEvent<View>) => actions.setView(event.detail)}
        @cell-paint=${({ detail: { query, key, value } }: CustomEvent<Cell & { value: 0 | 1 }>) =>
          actions.paint({ query, key }, value === 1)}
        @stroke-end=${actions.endStroke}
        >${linksControl(panel, badges)} ${changesPanel(panel)}</attention-view
      >
      ${picture && scene ? downloads(panel, picture, scene) : nothing}
      ${live.tool === 'save' ? html`<save-run .live=${live} .actions=${actions}></save-run>` : nothing}
      ${live.tool === 'check' ? html`<reference-check .live=${live} .actions=${actions}></reference-check>` : nothing}
      ${live.tool === 'weights' ? html`<change-weights .live=${live} .actions=${actions}></change-weights>` : nothing}
    </section>
  `;
}

/** The cell that is spoken of before the visitor points at one: a true link, else the strongest of the token that speaks for all. */
function firstCell(
  { tokens, patterns }: Scene,
  info: ModelInfo,
  { layer, head }: HeadRef,
  links: readonly Link[],
): Cell {
  const link = links.at(-1);
  if (link) return cellOf(link.query, link.key);
  const query = info.image || info.head === 'sequence' ? 0 : tokens.length - 1;
  const pattern = patterns[layer];
  return cellOf(query, pattern ? strongest(pattern, head, query) : 0);
}

/** Equal cells are the same object, so that nothing is drawn anew for them. */
const cellOf = memo((query: number, key: number): Cell => ({ query, key }));

function linksControl({ live, actions, say }: Panel, badges: readonly Badge[]): TemplateResult | typeof nothing {
  const { settings, open, linked, grammar } = live;
  if (open?.name !== 'sentences') return nothing;
  const best = badges[0];
  const values = best && { layer: best.layer, head: best.head, percent: percent(best.value) };
  const known = grammar?.phenomena.filter(({ name }) => linked.some(({ phenomenon }) => phenomenon === name)) ?? [];
  return html`
    <div class="truth" slot="under">
      <label class="check">
        <input
          type="checkbox"
          .checked=${settings.links}
          @change=${(event: Event) => actions.showLinks((event.target as HTMLInputElement).checked)}
        />
        ${say('links.show')}
      </label>
      ${
        settings.links
          ? html`<div class="caption">
              ${known.map(({ label, link }) => html`<p><em>${label[settings.lang]}</em> ${link[settings.lang]}</p>`)}
              <p>${say(known.length > 0 ? 'links.about' : 'links.none')}</p>
              ${values ? html`<p><button type="button" class="plain" @click=${() => actions.showHead(best)}>${say('links.best', values)}</button></p>` : nothing}
            </div>`
          : nothing
      }
    </div>
  `;
}

function downloads({ live, actions, say }: Panel, picture: Picture, scene: Scene): TemplateResult {
  const { shown } = live.settings;
  const withPlot = (save: (plot: NonNullable<AttentionView['picture']>) => unknown) => async (event: Event) => {
    const plot = (event.target as Element).closest('.picture')?.querySelector<AttentionView>('attention-view')?.picture;
    try {
      if (plot) await save(plot);
    } catch (error) {
      actions.fail('failure.picture', error);
    }
  };
  const opener = (tool: Tool) => html`
    <button
      type="button"
      class="plain"
      aria-expanded=${String(live.tool === tool)}
      @click=${() => actions.openTool(tool)}
    >
      ${say(`picture.${tool}`)}
    </button>
  `;
  return html`
    <div class="take" role="group" aria-label=${say('picture.download')}>
      <span class="label" aria-hidden="true">${say('picture.download')}</span>
      <button type="button" class="plain" @click=${withPlot((plot) => saveSvg(plot, picture, shown))}>
        ${say('picture.svg')}
      </button>
      <button type="button" class="plain" @click=${withPlot((plot) => savePng(plot, picture, shown))}>
        ${say('picture.png')}
      </button>
      <button type="button" class="plain" @click=${() => saveCsv(picture, scene, shown)}>${say('picture.csv')}</button>
      <button type="button" class="plain" @click=${actions.copyLink}>${say('picture.copyLink')}</button>
      ${opener('save')} ${opener('check')} ${opener('weights')}
    </div>
  `;
}
