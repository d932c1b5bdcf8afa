import { html, nothing, type TemplateResult } from 'lit';
import type { WeightTensor } from '../../src/arrays/index.ts';
import type { Live } from '../live.ts';
import { wholeNumber } from '../messages.ts';
import type { SayTool } from './messages.ts';
import { significant, type Draft } from './weight-edit.ts';
import type { Digest } from './weight-matrix.ts';
import { groupTensors, type TensorGroup } from './weight-names.ts';

interface Seen {
  tensor: WeightTensor;
  digest: Digest;
}

const byShape = (shape: readonly number[]): string => shape.map(String).join(' × ') || '1';

/** The tensors by layer, by their names in the file. */
export function tensorChoice(
  tensors: readonly WeightTensor[],
  chosen: string,
  say: SayTool,
  choose: (name: string) => void,
): TemplateResult {
  return html`
    <div class="row tensor">
      <label
        ><span>${say('tensor')}</span>
        <select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
          ${groupTensors(tensors).map(
            (group) =>
              html`<optgroup label=${groupLabel(group, say)}>
                ${group.tensors.map(
                  ({ name, shape }) =>
                    html`<option value=${name} .selected=${name === chosen}>${name} (${byShape(shape)})</option>`,
                )}
              </optgroup>`,
          )}
        </select></label
      >
    </div>
  `;
}

function groupLabel({ layer, stack }: TensorGroup, say: SayTool): string {
  if (layer < 0) return say('tensorOutside');
  const key = stack === 'encoder' ? 'tensorEncoder' : stack === 'decoder' ? 'tensorDecoder' : 'tensorLayer';
  return say(key, { layer });
}

export function facts({ tensor, digest }: Seen, say: SayTool): TemplateResult {
  const { mean, spread, least, most } = digest;
  const rows = [
    ['tensorShape', byShape(tensor.shape)],
    ['tensorType', tensor.dtype],
    ['tensorMean', significant(mean)],
    ['tensorSpread', significant(spread)],
    ['tensorRange', `${significant(least)}, ${significant(most)}`],
  ] as const;
  return html`
    <dl class="tensor-facts">
      ${rows.map(
        ([key, text]) =>
          html`<div>
            <dt>${say(key)}</dt>
            <dd>${text}</dd>
          </div>`,
      )}
    </dl>
  `;
}

/** The places of a cell: `4–7`, or the only one. */
function span(first: number, count: number, all: number): string {
  const last = Math.min(first + count, all) - 1;
  return last > first ? `${first}–${last}` : String(first);
}

interface Shown extends Seen {
  draft: Draft;
  live: Live;
  say: SayTool;
  patch(change: Partial<Draft>): void;
  /** Kept between renderings. */
  pointed: { row: number; column: number };
}

/** The matrix, averaged down where it is large; a cell that is clicked chooses its row and column. */
export function heatMap({ tensor, digest, draft, live, say, patch, pointed }: Shown): TemplateResult | typeof nothing {
  const { part, row } = draft;
  const { map, layout, rowsPerCell: tall, columnsPerCell: wide } = digest;
  const { rows, columns } = layout;
  if (map.data.length === 0) return nothing;
  const isBlock = tall > 1 || wide > 1;
  const tell = (i: number, j: number, value: number): string =>
    say(isBlock ? 'mapBlock' : 'mapCell', {
      row: span(i * tall, tall, rows),
      column: span(j * wide, wide, columns),
      value: significant(value),
    });
  const pick = (): void => {
    const place = { row: String(pointed.row * tall), column: String(pointed.column * wide) };
    patch({ ...place, ...(part === 'whole' ? { part: rows > 1 ? 'row' : 'column' } : {}) });
  };
  const most = map.data.reduce((best, value) => Math.max(best, Math.abs(value)), 0);
  const isMarked = rows > 1 && (part === 'row' || part === 'element') && /^\d+$/.test(row);
  return html`
    <heat-map
      .map=${map}
      .tell=${tell}
      .marked=${isMarked ? Math.floor(Number(row) / tall) : -1}
      .label=${say('mapLabel', { name: tensor.name, rows: wholeNumber(rows), columns: wholeNumber(columns) })}
      .lang=${live.settings.lang}
      @cell-point=${({ detail }: CustomEvent<typeof pointed>) => Object.assign(pointed, detail)}
      @click=${pick}
    ></heat-map>
    <p class="soft">
      ${isBlock ? say('mapMeans', { rows: tall, columns: wide }) : say('mapEach')}
      ${most > 0 ? say('mapColours', { most: significant(most) }) : say('mapZero')}
    </p>
  `;
}
