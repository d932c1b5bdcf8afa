import { html, nothing, type TemplateResult } from 'lit';
import { resolveTheme } from '../../src/elements/theme.ts';
import { probabilityBars, type ProbabilityBars } from '../../src/plots/index.ts';
import { visibleToken } from '../../src/plots/tokens.ts';
import { percent, type Say } from '../messages.ts';
import type { Settings } from '../settings.ts';
import type { Panel } from './panel.ts';

/** What the model expects next, with the visitor's changes and without. */
export function nextPanel({ live, say }: Panel): TemplateResult | typeof nothing {
  const { picture, settings } = live;
  if (!picture) return nothing;
  const { run, before, info } = picture;
  const next = { now: run.probs.data, before: before.probs.data, labels: info.vocabulary };
  const token = visibleToken(run.tokens.at(-1) ?? '');
  return html`
    <section class="next" aria-labelledby="next-title">
      <h2 id="next-title">${say('next.title')}</h2>
      <p class="caption">${say(run === before ? 'next.after' : 'next.afterChanged', { token })}</p>
      <div aria-live="polite">${run === before ? nothing : html`<p class="verdict">${verdict(next, say)}</p>`}</div>
      ${bars('next', next, settings)}
    </section>
  `;
}

/** Probabilities with the visitor's changes and without; the same array when nothing is changed. */
export interface Distribution {
  now: Float32Array;
  before: Float32Array;
  /** One per probability. */
  labels: readonly string[];
}

const drawn = new Map<string, { key: unknown[]; element: ProbabilityBars }>();

/** The bars at a place of the page, drawn anew only for other probabilities, another language or theme. */
export function bars(place: string, { now, before, labels }: Distribution, { lang, theme }: Settings): HTMLElement {
  const shade = resolveTheme(theme);
  const key = [now, before, labels, lang, shade];
  const last = drawn.get(place);
  if (last && key.every((part, index) => part === last.key[index])) return last.element;
  const options = { labels, before: now === before ? undefined : before, lang, theme: shade };
  // The same element, which knows its width.
  last?.element.update(now, options);
  const element = last?.element ?? probabilityBars(now, options);
  drawn.set(place, { key, element });
  return element;
}

/** What the changes made of the favourite. */
export function verdict({ now, before, labels }: Distribution, say: Say): string {
  const [is, was] = [now, before].map((probs) =>
    probs.reduce((best, share, id) => (share > (probs[best] ?? 0) ? id : best), 0),
  ) as [number, number];
  const values = {
    token: visibleToken(labels[is] ?? ''),
    now: percent(now[is] ?? 0),
    before: percent(before[was] ?? 0),
    old: visibleToken(labels[was] ?? ''),
  };
  return say(is === was ? 'next.verdictSame' : 'next.verdictFlip', values);
}
