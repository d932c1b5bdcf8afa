import { css, html, type TemplateResult } from 'lit';

/** Telling states, each a button. */
export const examples = (all: readonly (readonly [name: string, show: () => void])[]): TemplateResult =>
  html`<p class="examples">
    ${all.map(([name, show]) => html`<button type="button" class="example" @click=${show}>${name}</button>`)}
  </p>`;

export const exampleStyles = css`
  .examples {
    display: flex;
    flex-wrap: wrap;
    gap: 0.15rem 1.1rem;
    align-items: baseline;
    margin: 0 0 1rem;
  }
  .example {
    min-height: 1.9rem;
    max-width: 100%;
    padding: 0.1rem 0;
    border: 0;
    border-bottom: 1px dotted var(--attn-soft);
    border-radius: 0;
    font-family: var(--attn-serif);
    text-align: start;
  }
  .example:hover {
    color: var(--attn-accent);
    border-bottom: 1px solid var(--attn-accent);
  }
`;
