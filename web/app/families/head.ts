import { html, nothing, type TemplateResult } from 'lit';
import { visibleToken } from '../../src/plots/tokens.ts';
import type { ModelInfo, Run } from '../../src/engine/types.ts';
import type { Picture } from '../live.ts';
import { memo } from '../memo.ts';
import { sayer } from '../messages.ts';
import { bars, verdict, type Distribution } from '../panels/next.ts';
import type { Panel } from '../panels/panel.ts';
import { familySayer, type FamilyKey, type SayFamily } from './messages.ts';

/** So many masks have bars of their own. */
const mostMasks = 4;
const masks = ['[MASK]', '<mask>'];

/** What a model says about what it read, by the head that it has. */
export function headPanel(panel: Panel, picture: Picture): TemplateResult {
  const { head, n_encoder_layers } = picture.info;
  if (n_encoder_layers > 0) return answerPanel(panel, picture);
  if (head === 'masked_token') return maskPanel(panel, picture);
  if (head === 'token') return tokenLabels(panel, picture);
  if (head === 'sequence') return labelPanel(panel, picture);
  const say = familySayer(panel.live.settings.lang);
  return section(say('noneTitle'), html`<p class="caption">${say('none')}</p>`);
}

function section(title: string, content: unknown): TemplateResult {
  return html`
    <section class="next" aria-label=${title}>
      <h2>${title}</h2>
      ${content}
    </section>
  `;
}

const rows = new WeakMap<Run, Map<number, Float32Array>>();

/** Softmax of a row of logits; the same array for the same row. */
function probabilities(run: Run, row: number): Float32Array {
  const known = rows.get(run) ?? new Map<number, Float32Array>();
  rows.set(run, known);
  let probs = known.get(row);
  if (!probs) {
    const { shape, data } = run.logits;
    const width = shape[1]!;
    const logits = data.subarray(row * width, (row + 1) * width);
    const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const exps = logits.map((logit) => Math.exp(logit - most));
    const sum = exps.reduce((a, b) => a + b, 0);
    known.set(row, (probs = exps.map((e) => e / sum)));
  }
  return probs;
}

/** One name for each number of a row of logits; its spaces are narrow ones, for bars mark the wide ones of tokens. */
const labelsOf = memo(({ labels, outputs }: ModelInfo): readonly string[] =>
  Array.from({ length: outputs }, (_, index) => (labels[index] ?? String(index)).replaceAll(' ', '\u2005')),
);

/** A row of logits as bars, with a caption and what the changes did to the favourite. */
function rowBars(
  { live }: Panel,
  { run, before, info }: Picture,
  row: number,
  caption: string,
  place = 'row',
): TemplateResult {
  const { settings } = live;
  const labels = info.head === 'token' ? labelsOf(info) : info.vocabulary;
  const both = { now: probabilities(run, row), before: probabilities(before, row), labels };
  return html`<p class="caption">${caption}</p>
    ${told(both, settings.lang)} ${bars(place, both, settings)}`;
}

function told(both: Distribution, lang: 'en' | 'zh'): TemplateResult {
  const changed = both.now !== both.before;
  return html`<div aria-live="polite">
    ${changed ? html`<p class="verdict">${verdict(both, sayer(lang))}</p>` : nothing}
  </div>`;
}

/** The token that the visitor chose, else the last one. */
function chosen({ live }: Panel, { run, stand }: Picture): number {
  const last = run.tokens.length - 1;
  return stand === 'encoder' ? last : Math.min(live.settings.cell?.query ?? last, last);
}

function spoken(say: SayFamily, key: FamilyKey, { tokens }: Run, row: number): string {
  return say(key, { token: visibleToken(tokens[row] ?? ''), place: row + 1 });
}

/** The likeliest tokens at each mask, or where there is none, at the chosen token. */
function maskPanel(panel: Panel, picture: Picture): TemplateResult {
  const say = familySayer(panel.live.settings.lang);
  const { run, info } = picture;
  const all = [...run.tokens.keys()].filter((index) => masks.includes(run.tokens[index]!));
  const at = (row: number, place: string) =>
    rowBars(panel, picture, row, spoken(say, 'maskAbout', run, row), `mask-${place}`);
  if (all.length === 0) {
    const mask = masks.find((name) => info.vocabulary.includes(name));
    return section(
      say('tokenTitle'),
      html`${at(chosen(panel, picture), '0')}
        <p class="soft">${mask ? say('tokenHint', { mask }) : nothing} ${say('choose')}</p>`,
    );
  }
  const more = all.length > mostMasks ? html`<p class="soft">${say('maskMore', { count: mostMasks })}</p>` : nothing;
  return section(say(all.length > 1 ? 'maskTitleMany' : 'maskTitle'), [
    ...all.slice(0, mostMasks).map((row, index) => html`<div class="mask">${at(row, String(index))}</div>`),
    more,
  ]);
}

function tokenLabels(panel: Panel, picture: Picture): TemplateResult {
  const say = familySayer(panel.live.settings.lang);
  const row = chosen(panel, picture);
  return section(
    say('labelsTitle'),
    html`${rowBars(panel, picture, row, spoken(say, 'labelsAbout', picture.run, row))}
      <p class="soft">${say('choose')}</p>`,
  );
}

function labelPanel({ live }: Panel, { run, before, info }: Picture): TemplateResult {
  const { settings } = live;
  const say = familySayer(settings.lang);
  const both = { now: run.probs.data, before: before.probs.data, labels: labelsOf(info) };
  return section(
    say(info.image ? 'labelTitleImage' : 'labelTitle'),
    html`<p class="caption">${say('labelAbout')}</p>
      ${told(both, settings.lang)} ${bars('labels', both, settings)}`,
  );
}

/** The answer of an encoder with a decoder, and what it expected at the chosen token of it. */
function answerPanel(panel: Panel, picture: Picture): TemplateResult {
  const { settings } = panel.live;
  const say = familySayer(settings.lang);
  const { run, before, stand } = picture;
  const answer = picture.answer ?? { before: '', now: '' };
  const row = chosen(panel, picture);
  const line = (text: string) => html`<p class="answer"><bdi>${text === '' ? say('answerEmpty') : text}</bdi></p>`;
  const changed = html`
    <p class="caption">${say('answerNow')}</p>
    ${line(answer.now)}
    ${
      answer.now === answer.before
        ? html`<p class="soft">${say('answerSame')}</p>`
        : html`<p class="caption">${say('answerBefore')}</p>
            ${line(answer.before)}`
    }
  `;
  const masked = settings.changes.mask.length > 0 && stand !== 'encoder';
  return html`
    ${section(
      say('answerTitle'),
      html`<p class="caption">${say('answerAbout')}</p>
        <div aria-live="polite">${run === before ? line(answer.before) : changed}</div>
        ${masked ? html`<p class="soft">${say('answerMask')}</p>` : nothing}`,
    )}
    ${section(
      say('stepTitle'),
      html`${rowBars(panel, picture, row, spoken(say, 'stepAbout', run, row))}
        <p class="soft">${say('choose')}</p>`,
    )}
  `;
}
