import { css, html, type TemplateResult } from 'lit';
import type { Translate } from '../rooms/section.ts';
import { most, readTable, type Reading } from './csv.ts';

/** Where the visitor's own table comes in: a button, or a drop. What became of it is said. */
export function ownTable(parts: {
  t: Translate;
  reading: Reading | null;
  isIris: boolean;
  onReading: (reading: Reading) => void;
  onIris: () => void;
}): TemplateResult {
  const { t, reading, isIris, onReading, onIris } = parts;
  const take = async (file: File | null | undefined): Promise<void> => {
    if (file) onReading(await read(file));
  };
  return html`<section class="own">
    <h3>${t('Your own table', '你自己的表格')}</h3>
    <p class="caption">
      ${t(
        'A CSV file: one example in a row, numbers in columns, and a column of names for the classes if you have one. It is read here and never leaves this computer.',
        'CSV 文件：每行一个样本，各列是数字；有类别的话，用一列写类别名。文件只在这里读取，不会离开这台电脑。',
      )}
    </p>
    <div
      class="drop"
      @dragover=${(event: DragEvent) => {
        event.preventDefault();
        (event.currentTarget as HTMLElement).classList.add('over');
      }}
      @dragleave=${(event: DragEvent) => (event.currentTarget as HTMLElement).classList.remove('over')}
      @drop=${(event: DragEvent) => {
        event.preventDefault();
        (event.currentTarget as HTMLElement).classList.remove('over');
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <label class="button"
        >${t('Choose a CSV file', '选择 CSV 文件')}
        <input
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          @change=${(event: Event) => {
            const input = event.target as HTMLInputElement;
            void take(input.files?.[0]).then(() => (input.value = ''));
          }}
        />
      </label>
      <span class="soft">${t('or drop it here', '或拖到这里')}</span>
      ${isIris ? '' : html`<button type="button" @click=${onIris}>${t('Back to iris', '回到鸢尾花')}</button>`}
    </div>
    <div class="told" role="status">${reading ? told(reading, t) : ''}</div>
  </section>`;
}

function told(reading: Reading, t: Translate): TemplateResult {
  if ('why' in reading) {
    return html`<div class="message failure">
      <p>
        ${t('This file cannot be used; what is shown is from before.', '这个文件用不了；显示的是之前的结果。')}
        <span class="detail"><code>${reading.code}</code>: ${t(...reading.why)}</span>
      </p>
    </div>`;
  }
  const { name, rows, columns, classes } = reading.table;
  return html`<p>
      ${t(
        `${name}: ${rows} rows, ${columns.length} columns of numbers, ${classes.length} classes. Columns are standardised; the switch above turns that off.`,
        `${name}：${rows} 行，${columns.length} 列数字，${classes.length} 个类别。各列已标准化，可在上面关掉。`,
      )}
    </p>
    ${
      reading.notes.length > 0
        ? html`<ul class="soft">
            ${reading.notes.map((note) => html`<li>${t(...note)}</li>`)}
          </ul>`
        : ''
    }`;
}

async function read(file: File): Promise<Reading> {
  if (file.size > most.bytes) {
    const size = (file.size / 1e6).toFixed(1);
    return {
      code: 'csv_size',
      why: [
        `The file has ${size} MB; up to ${most.bytes / 1e6} MB can be read.`,
        `文件有 ${size} MB；最多能读 ${most.bytes / 1e6} MB。`,
      ],
    };
  }
  return readTable(file.name, await file.text());
}

export const ownTableStyles = css`
  .drop {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 1rem;
    align-items: center;
    padding: 1rem;
    border: 1px dashed var(--attn-soft);
    border-radius: 0.5rem;
  }
  .drop.over {
    border-color: var(--attn-accent);
    background: var(--attn-wash);
  }
  .drop .button {
    position: relative;
    display: inline-block;
  }
  .drop input {
    position: absolute;
    inset: 0;
    width: 100%;
    opacity: 0;
    cursor: pointer;
  }
  .drop .button:focus-within {
    outline: 2px solid var(--attn-accent);
    outline-offset: 2px;
  }
  .told {
    margin-top: 0.75rem;
  }
  .told ul {
    margin: 0.25rem 0 0;
    padding-inline-start: 1.25rem;
  }
`;
