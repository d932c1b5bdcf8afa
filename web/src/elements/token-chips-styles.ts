import { css } from 'lit';

/** Colours come from the host's surroundings (`palette.ts`). */
export const chipStyles = css`
  :host {
    display: block;
  }
  .name {
    display: block;
    margin: 0.35rem 0 0.15rem;
    color: var(--soft);
    font-size: 0.8125rem;
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
  /* The line under a token is as long as its share of the query's attention: a background, which costs no layout. */
  .chip {
    --weight: 0;
    --line: var(--accent);
    min-width: 1.5rem;
    min-height: 1.5rem;
    box-sizing: border-box;
    padding: 0.1rem 0.45rem 0.3rem;
    border-radius: 0.3rem;
    text-align: center;
    white-space: pre;
    cursor: pointer;
    color: var(--ink);
    background: linear-gradient(var(--line), var(--line)) no-repeat 3px calc(100% - 2px) /
      calc(var(--weight) * (100% - 6px)) 3px color-mix(in srgb, var(--accent) 7%, transparent);
  }
  .chip.query {
    --line: var(--paper);
    color: var(--paper);
    background-color: var(--accent);
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
  @media (forced-colors: active) {
    .chip.query {
      outline: 3px solid Highlight;
    }
  }
`;
