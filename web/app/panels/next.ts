import { html, nothing, type TemplateResult } from 'lit';
import { resolveTheme } from '../../src/elements/theme.ts';
import { probabilityBars, type ProbabilityBars } from '../../src/plots/index.ts';
import { visibleToken } from '../../src/plots/tokens.ts';
import type { Picture } from '../live.ts';
import { percent, type Say } from '../messages.ts';
import type { Settings } from '../settings.ts';
import type { Panel } from './panel.ts';

/** What the model expects next, with the visitor's changes and without. */
export function nextPanel({ live, say }: Panel): TemplateResult | typeof nothing {
  const { picture, settings } = live;
  if (!picture) return nothing;
  const { run, before } = picture;
  const token = visibleToken(run.tokens.at(-1) ?? '');
  return html`
    <section class="next" aria-labelledby="next-title">
      <h2 id="next-title">${say('next.title')}</h2>
      <p class="caption">${say(run === before ? 'next.after' : 'next.afterChanged', { token })}</p>
      <div aria-live="polite">${run === before ? nothing : html`<p class="verdict">${verdict(picture, say)}</p>`}</div>
      ${bars(picture, settings)}
    </section>
  `;
}

let drawn: { key: unknown[]; element: ProbabilityBars } | null = null;

/** The bars, drawn anew only for another run, language or theme. */
function bars({ run, before, info }: Picture, { lang, theme }: Settings): HTMLElement {
  const shade = resolveTheme(theme);
  const key = [run, before, lang, shade];
  if (!drawn || drawn.key.some((part, index) => part !== key[index])) {
    const options = {
      labels: info.vocabulary,
      before: run === before ? undefined : before.probs.data,
      lang,
      theme: shade,
    };
    // The same element, which knows its width.
    drawn?.element.update(run.probs.data, options);
    drawn = { key, element: drawn?.element ?? probabilityBars(run.probs.data, options) };
  }
  return drawn.element;
}

function verdict({ run, before, info }: Picture, say: Say): string {
  const favourite = (probs: Float32Array) =>
    probs.reduce((best, share, id) => (share > (probs[best] ?? 0) ? id : best), 0);
  const now = favourite(run.probs.data);
  const old = favourite(before.probs.data);
  const name = (id: number) => visibleToken(info.vocabulary[id] ?? '');
  const share = (probs: Float32Array, id: number) => percent(probs[id] ?? 0);
  const values = {
    token: name(now),
    now: share(run.probs.data, now),
    before: share(before.probs.data, old),
    old: name(old),
  };
  return say(now === old ? 'next.verdictSame' : 'next.verdictFlip', values);
}
