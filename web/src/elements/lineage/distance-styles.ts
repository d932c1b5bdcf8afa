import { css } from 'lit';

/** The pictures of `<distance-room>`. */
export const distanceStyles = css`
  .room-root > section {
    margin-top: 2.5rem;
  }
  .formula {
    margin: 0;
  }
  .facts dd {
    text-align: end;
  }
  .terms dt em {
    color: var(--attn-ink);
    font-family: var(--attn-serif);
  }
  .terms {
    column-gap: 0;
  }
  .room-root > section > .facts,
  .room-root > section > .slider {
    max-width: 40rem;
  }
  .terms .sum {
    padding-top: 0.25rem;
    border-top: 1px solid var(--attn-soft);
  }
  .times {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0.35rem 0.75rem;
    align-items: center;
    margin: 0;
  }
  .times dt {
    color: var(--attn-soft);
  }
  .times dd {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 6rem;
    gap: 0.75rem;
    align-items: center;
    margin: 0;
    font-variant-numeric: tabular-nums;
  }
  .times .bar {
    justify-self: start;
    width: calc(var(--share) * 100%);
    height: 0.9rem;
    background: var(--side);
  }
  #distance-over {
    margin-bottom: 1rem;
  }
  #distance-over legend {
    float: inline-start;
    padding: 0;
  }
  .three-maps .matrix {
    font-size: 0.875rem;
  }
  .scores {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(3.4rem, 6rem));
    gap: 0.4rem;
    margin-bottom: 0.75rem;
  }
  .scores input {
    width: 100%;
    min-width: 0;
    text-align: end;
  }
  .ways {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(10.5rem, 100%), 1fr));
    gap: 1.75rem 1rem;
    margin-block: 1.25rem;
  }
  .way {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
    align-content: start;
    padding-top: 0.5rem;
    border-top: 3px solid var(--attn-faint);
  }
  .way p {
    margin: 0;
  }
  .way[data-way='softmax'] {
    border-color: var(--attn-accent);
  }
  .signed {
    display: block;
    width: 100%;
    height: 6rem;
  }
  .signed rect {
    fill: var(--attn-accent);
  }
  .signed .negative {
    fill: var(--attn-link);
  }
  .signed .axis {
    fill: none;
    stroke: var(--attn-soft);
    vector-effect: non-scaling-stroke;
  }
  .row-numbers {
    display: grid;
    grid-auto-columns: minmax(0, 1fr);
    grid-auto-flow: column;
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
    text-align: center;
    white-space: nowrap;
  }
  @container (max-width: 26rem) {
    .row-numbers {
      font-size: 0.6875rem;
    }
  }
  .checks {
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: 0.875rem;
  }
  .checks li::before {
    display: inline-block;
    width: 1.3em;
    font-weight: 700;
  }
  .checks .yes::before {
    content: '✓';
    color: var(--attn-accent);
  }
  .checks .no::before {
    content: '✗';
    color: var(--attn-link);
  }
`;
