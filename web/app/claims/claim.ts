import { css, html, nothing, type TemplateResult } from 'lit';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { Room } from '../../src/elements/rooms/room.ts';

/** What the numbers say of a sentence. */
export type Verdict = 'holds' | 'limited' | 'wrong';

const words: Record<Verdict, readonly [string, string]> = {
  holds: ['Holds', '成立'],
  limited: ['Holds within limits', '有条件地成立'],
  wrong: ['Does not hold', '不成立'],
};

/** Where a reader can play with what a claim is about. */
export interface Play {
  href: string;
  en: string;
  zh: string;
}

const styles = css`
  .verdict {
    display: inline-block;
    margin: 0.4rem 0 0;
    padding: 0.15rem 0.75rem;
    border: 1px solid currentcolor;
    border-radius: 1rem;
    font-weight: 600;
  }
  .holds {
    color: var(--attn-accent);
  }
  .limited {
    color: var(--attn-soft);
  }
  .wrong {
    color: var(--attn-link);
  }
  .answer {
    margin: 0;
    font-family: var(--attn-serif);
    font-size: 1.0625rem;
    text-wrap: pretty;
  }
  .play {
    margin: 0;
  }
  .play a {
    display: inline-flex;
    align-items: center;
    min-height: 1.75rem;
  }
  @container (min-width: 60rem) {
    .bench {
      grid-template-columns: minmax(0, 24rem) minmax(0, 1fr);
    }
  }
  @container (max-width: 59.99rem) {
    .bench {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  table.plain-table {
    width: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  .plain-table th,
  .plain-table td {
    padding: 0.2rem 0.5rem;
    border-bottom: 1px solid var(--attn-faint);
    text-align: end;
  }
  .plain-table tr > :first-child {
    text-align: start;
  }
  .plain-table th {
    font-weight: 500;
  }
  .plain-table caption {
    padding-bottom: 0.25rem;
    color: var(--attn-soft);
    font-size: 0.875rem;
    text-align: start;
  }
  .scroll {
    overflow-x: auto;
  }
  @container (max-width: 30rem) {
    .plain-table {
      font-size: 0.8125rem;
    }
    .plain-table th,
    .plain-table td {
      padding-inline: 0.2rem;
    }
  }
  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr));
    gap: 1rem 1.5rem;
    align-items: start;
  }
`;

/**
 * A sentence that articles on attention carry, beside numbers computed now. The sentence is the heading of the page's
 * section; what is shown here is measured, judged by what was measured, and told.
 */
export abstract class Claim<Found> extends Room {
  static override styles = [Room.styles, styles];
  protected found: Found | null = null;
  protected abstract readonly play: Play;

  protected abstract measure(lab: Lab): Promise<Found>;
  protected abstract judge(found: Found): Verdict;
  /** What the numbers mean, in a few sentences with the numbers in them. */
  protected abstract answer(found: Found): string;
  protected abstract evidence(found: Found): TemplateResult;

  protected override async compute(lab: Lab): Promise<void> {
    this.found = await this.measure(lab);
  }

  protected override show(): TemplateResult {
    const { found, play, t } = this;
    if (found === null) return html`<p class="waiting">${t('Computing…', '正在计算……')}</p>`;
    const verdict = this.judge(found);
    return html`<div class="bench">
      <div>
        <div><p class=${`verdict ${verdict}`} data-verdict=${verdict}>${t(...words[verdict])}</p></div>
        <p class="answer">${this.answer(found)}</p>
        <p class="play"><a href=${play.href}>${t(play.en, play.zh)}</a></p>
      </div>
      <div>${this.evidence(found)}</div>
    </div>`;
  }

  /** Rows of numbers under heads, told by `caption`. */
  protected table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): TemplateResult {
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${caption}>
      <table class="plain-table">
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            ${heads.map((head) => (head ? html`<th scope="col">${head}</th>` : html`<td></td>`))}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([name, ...cells]) =>
              html`<tr>
                <th scope="row">${name}</th>
                ${cells.length > 0 ? cells.map((cell) => html`<td>${cell}</td>`) : nothing}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}
