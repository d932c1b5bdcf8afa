import { css } from 'lit';
import { palette } from './palette.ts';

const layout = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  .body {
    display: grid;
    gap: 1.75rem 2.25rem;
    grid-template-columns: minmax(0, 1fr);
    margin-top: 1.25rem;
  }
  .body[hidden] {
    display: none;
  }
  @container (min-width: 44rem) {
    .body {
      grid-template-columns: minmax(13rem, 19rem) minmax(0, 1fr);
    }
    .side {
      grid-column: 1 / -1;
    }
  }
  @container (min-width: 66rem) {
    .body {
      grid-template-columns: minmax(13rem, 19rem) minmax(0, 1fr) minmax(16rem, 20rem);
    }
    .side {
      grid-column: auto;
    }
  }
  /* In one column the arithmetic stands under the cell that it is about. */
  @container (max-width: 43.99rem) {
    .large,
    .cell {
      order: -1;
    }
    .body > .side {
      display: contents;
    }
  }
`;

const type = css`
  figure {
    margin: 0;
    min-width: 0;
  }
  figcaption,
  .soft,
  .waiting {
    margin: 0;
    color: var(--soft);
    font-size: 0.875rem;
    line-height: 1.5;
  }
  .heads figcaption {
    margin-bottom: 0.75rem;
  }
  .large figcaption {
    margin-top: 0.6rem;
  }
  strong {
    color: var(--ink);
    font-weight: 600;
  }
  .heads figcaption strong {
    display: block;
    font-size: 1rem;
  }
  .side {
    min-width: 0;
    display: grid;
    gap: 1.5rem;
    align-content: start;
  }
  .cell {
    min-width: 0;
  }
  .cell .sentence {
    margin: 0 0 0.75rem;
    font-family: var(--serif);
    font-size: 1.0625rem;
    line-height: 1.5;
    overflow-wrap: anywhere;
  }
`;

const controls = css`
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem 1rem;
    margin-bottom: 0.75rem;
  }
  .choice {
    display: inline-flex;
    border-bottom: 1px solid var(--faint);
  }
  .choice button {
    min-height: 2rem;
    padding: 0.2rem 0.9rem;
    border: 0;
    border-bottom: 2px solid transparent;
    margin-bottom: -1px;
    color: var(--soft);
    background: none;
    font: inherit;
    font-size: 0.9375rem;
    cursor: pointer;
  }
  .choice button[aria-pressed='true'] {
    color: var(--accent);
    border-bottom-color: var(--accent);
  }
  button:focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
    border-radius: 2px;
  }
`;

export const viewStyles = [palette, layout, type, controls];
