import { css } from 'lit';

/** Colours come from the host's surroundings (`palette.ts`). */
export const chipStyles = css`
  :host {
    display: block;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 0.3rem;
    max-height: 9.5rem;
    overflow-y: auto;
    padding: 3px;
    margin: -3px;
  }
  .chip {
    --weight: 0;
    position: relative;
    min-width: 1.5rem;
    min-height: 1.5rem;
    box-sizing: border-box;
    padding: 0.1rem 0.45rem 0.3rem;
    border-radius: 0.3rem;
    text-align: center;
    white-space: pre;
    cursor: pointer;
    color: var(--ink);
    background: color-mix(in srgb, var(--accent) 7%, transparent);
  }
  /* The line under a token is as long as its share of the query's attention. */
  .chip::after {
    content: '';
    position: absolute;
    left: 3px;
    right: 3px;
    bottom: 2px;
    height: 3px;
    border-radius: 2px;
    background: var(--accent);
    transform: scaleX(var(--weight));
    transform-origin: left;
  }
  .chip.query {
    color: var(--paper);
    background: var(--accent);
  }
  .chip.query::after {
    background: var(--paper);
  }
  .chip.key {
    box-shadow: 0 0 0 2px var(--accent);
  }
  .chip.unknown {
    border: 1.5px dashed var(--link);
  }
  .chip:focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  @media (prefers-reduced-motion: no-preference) {
    .chip::after {
      transition: transform 120ms;
    }
  }
  @media (forced-colors: active) {
    .chip.query {
      outline: 3px solid Highlight;
    }
  }
`;
