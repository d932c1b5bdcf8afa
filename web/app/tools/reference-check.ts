import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { checkReference, type ReferenceCheck, type StationDifference } from '../../src/engine/reference.ts';
import { AttentionError } from '../../src/engine/error.ts';
import { wholeNumber } from '../messages.ts';
import { localModel, modelUrl } from '../models.ts';
import type { SayTool } from './messages.ts';
import { ToolPanel } from './tool-panel.ts';

/** What float32 sums in another order may differ by, in parts of the largest number: 1024 steps of its last place. */
export const roundingLimit = 2 ** -23 * 1024;

/** What this model computes beside what a reference.json says of it. */
export class ReferenceCheckPanel extends ToolPanel {
  static override properties = { ...ToolPanel.properties, checks: { state: true } };
  declare checks: readonly ReferenceCheck[] | null;
  protected override readonly heading = 'checkTitle';
  protected override readonly failed = 'checkFailed';

  constructor() {
    super();
    this.checks = null;
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    const before = changes.get('live');
    if (before && before.open !== this.live.open) this.checks = this.failure = null;
  }

  private get ownReference(): string | undefined {
    return this.live.own?.files.reference;
  }

  /** A shipped model has its reference beside it; a visitor's own may have brought one. */
  private get hasReference(): boolean {
    return this.live.open?.name !== localModel || this.ownReference !== undefined;
  }

  private compare(read: () => Promise<string>): Promise<void> {
    this.checks = null;
    return this.attempt(async () => {
      const { open } = this.live;
      const checks = await checkReference(this.actions.model(), await read());
      if (open === this.live.open) this.checks = checks;
    });
  }

  private readonly start = (): void => {
    const { live, ownReference } = this;
    void this.compare(async () => ownReference ?? fetchReference(live.open!.name));
  };

  private readonly choose = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    if (file) void this.compare(() => file.text());
  };

  protected override content(say: SayTool): TemplateResult {
    const { busy, hasReference } = this;
    return html`
      <p class="soft">${say('checkAbout')} ${hasReference ? nothing : say('checkNone')}</p>
      <div class="row">
        ${
          hasReference
            ? html`<button type="button" class="primary" ?disabled=${busy} @click=${this.start}>
                ${say('checkStart')}
              </button>`
            : nothing
        }
        <label class="button choosing"
          >${say('checkFile')}<input
            type="file"
            accept=".json,application/json"
            ?disabled=${busy}
            @change=${this.choose}
        /></label>
      </div>
      <div role="status">
        ${busy ? html`<p>${say('checkRunning')}</p>` : nothing} ${this.checks ? verdictOf(this.checks, say) : nothing}
      </div>
      ${this.checks ? table(stationsIn(this.checks), say) : nothing}
    `;
  }
}

async function fetchReference(name: string): Promise<string> {
  const url = new URL('reference.json', modelUrl(name));
  const response = await fetch(url);
  if (response.ok) return response.text();
  throw new AttentionError('file_fetch', `${url.href}: status ${response.status}`);
}

/** Over all inputs: the largest difference at each station, and how many numbers were compared. */
function stationsIn(checks: readonly ReferenceCheck[]): StationDifference[] {
  const all = new Map<string, StationDifference>();
  for (const { stations } of checks) {
    for (const found of stations) {
      const known = all.get(found.station);
      const worst = known && known.difference > found.difference ? known : found;
      all.set(found.station, { ...worst, count: found.count + (known?.count ?? 0) });
    }
  }
  return [...all.values()];
}

const isWithin = ({ difference }: StationDifference): boolean => difference <= roundingLimit;

function inParts(difference: number, say: SayTool): string {
  if (!Number.isFinite(difference)) return say('shape');
  return difference === 0
    ? '0'
    : difference
        .toExponential(1)
        .replace('e-', ' × 10⁻')
        .replace(/⁻(\d+)$/, raised);
}

/** The exponent in raised digits. */
const raised = (_: string, digits: string): string =>
  `⁻${[...digits].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`;

function verdictOf(checks: readonly ReferenceCheck[], say: SayTool): TemplateResult {
  const stations = stationsIn(checks);
  const wrong = stations.filter((station) => !isWithin(station));
  const most = stations.reduce((a, b) => (b.difference > a.difference ? b : a));
  const values = {
    count: wholeNumber(stations.reduce((sum, { count }) => sum + count, 0)),
    stations: wholeNumber(stations.length),
    wrong: wholeNumber(wrong.length),
    first: wrong[0]?.station ?? '',
    most: most.station,
    worst: inParts(most.difference, say),
  };
  const others = checks.filter(({ sameIds }) => !sameIds);
  const equal = wrong.length === 0 && others.length === 0;
  return html`
    ${others.map(({ input }) => html`<p class="verdict wrong">${say('otherTokens', { input })}</p>`)}
    ${
      wrong.length > 0 || equal
        ? html`<p class=${equal ? 'verdict' : 'verdict wrong'}>${say(equal ? 'equal' : 'different', values)}</p>`
        : nothing
    }
    <p class="soft">${say('limit', { limit: inParts(roundingLimit, say) })}</p>
  `;
}

function table(stations: readonly StationDifference[], say: SayTool): TemplateResult {
  return html`
    <div class="stations" tabindex="0" role="region" aria-label=${say('table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">${say('station')}</th>
            <th scope="col">${say('difference')}</th>
            <th scope="col">${say('count')}</th>
          </tr>
        </thead>
        <tbody>
          ${stations.map(
            (station) => html`
              <tr class=${isWithin(station) ? '' : 'wrong'}>
                <th scope="row"><code>${station.station}</code></th>
                <td>
                  ${inParts(station.difference, say)} <small>${say(isWithin(station) ? 'within' : 'beyond')}</small>
                </td>
                <td>${wholeNumber(station.count)}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}
