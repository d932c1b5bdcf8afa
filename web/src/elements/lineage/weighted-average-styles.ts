import { css } from 'lit';

/** The pictures of `<weighted-average-room>`. */
export const averageStyles = css`
  .fit {
    margin-top: 2.5rem;
  }
  .fit .formula,
  .fit .soft {
    margin: 0;
  }
  .facts dd {
    text-align: end;
  }
  @container (min-width: 72rem) {
    .bench.hero {
      grid-template-columns: minmax(0, 1.75fr) minmax(0, 1fr) minmax(0, 1fr);
    }
  }
  .average,
  .lines {
    display: block;
    width: 100%;
    max-width: 40rem;
    overflow: visible;
  }
  .lines {
    max-width: 30rem;
  }
  .average text,
  .lines text {
    fill: var(--attn-soft);
    font: 12px var(--sans);
    text-anchor: middle;
    user-select: none;
  }
  .average .end,
  .lines .end {
    text-anchor: end;
  }
  .average .start {
    text-anchor: start;
  }
  .grid {
    fill: none;
    stroke: var(--attn-faint);
  }
  .axis {
    fill: none;
    stroke: var(--attn-soft);
    stroke-opacity: 0.7;
  }
  .truth,
  .estimate,
  .line {
    fill: none;
    stroke-linejoin: round;
  }
  .truth {
    stroke: var(--attn-soft);
    stroke-opacity: 0.6;
    stroke-width: 1.5;
    stroke-dasharray: 2 4;
  }
  .estimate {
    stroke: var(--attn-link);
    stroke-width: 2.5;
  }
  .at {
    stroke: var(--attn-link);
    stroke-opacity: 0.5;
    stroke-width: 1.5;
  }
  .dot {
    fill: color-mix(in oklab, var(--attn-accent) calc(15% + var(--heat) * 85%), var(--attn-paper));
    stroke: var(--attn-accent);
    stroke-width: 1.25;
  }
  .target {
    fill: transparent;
  }
  .point,
  .query {
    outline: none;
    touch-action: none;
    cursor: grab;
  }
  .query {
    cursor: ew-resize;
  }
  .point:focus-visible .target,
  .query:focus-visible .target {
    stroke: var(--attn-accent);
    stroke-width: 2;
  }
  .grip {
    fill: var(--attn-link);
  }
  .average .query text {
    fill: var(--attn-paper);
    font: italic 600 15px var(--attn-serif);
  }
  .answer {
    fill: var(--attn-link);
    stroke: var(--attn-paper);
    stroke-width: 2.5;
    pointer-events: none;
  }
  .bar {
    fill: var(--attn-accent);
  }
  .link {
    stroke: var(--attn-faint);
    fill: none;
  }
  .cell {
    fill: color-mix(in oklab, var(--attn-accent) calc(var(--heat) * 92%), var(--attn-paper));
    stroke: var(--attn-faint);
    stroke-width: 0.75;
  }
  .line {
    stroke: var(--attn-accent);
    stroke-width: 2.25;
  }
  .line.self {
    stroke: var(--attn-soft);
    stroke-dasharray: 5 4;
    stroke-width: 1.5;
  }
  .step {
    fill: var(--attn-link);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0.1rem 1.25rem;
    margin: 0;
    color: var(--attn-soft);
    font-size: 0.875rem;
  }
  .key::before {
    content: '';
    display: inline-block;
    width: 1.6rem;
    margin-inline-end: 0.45rem;
    border-top: 2.5px solid var(--attn-link);
    vertical-align: middle;
  }
  .key.truth::before {
    border-top: 2px dotted var(--attn-soft);
  }
  .key.others::before {
    border-color: var(--attn-accent);
  }
  .key.self::before {
    border-top: 2px dashed var(--attn-soft);
  }
  .hero h3 {
    margin: 0;
    font-size: 1rem;
  }
  .row-numbers {
    display: grid;
    grid-template-columns: repeat(6, minmax(0, 1fr));
    gap: 1px;
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }
  .row-numbers li {
    padding: 0.15rem 0.3rem;
    white-space: nowrap;
    background: color-mix(in oklab, var(--attn-accent) calc(var(--heat) * 50%), var(--attn-paper));
    text-align: end;
  }
  @container (min-width: 72rem) {
    .row-numbers {
      grid-template-columns: repeat(12, minmax(0, 1fr));
    }
  }
  @container (min-width: 44rem) and (max-width: 72rem) {
    .hero > :first-child,
    .fit .bench > :last-child {
      grid-column: 1 / -1;
    }
    .hero .average {
      margin-inline: auto;
    }
    .row-numbers {
      grid-template-columns: repeat(12, minmax(0, 1fr));
    }
    .fit .bench > :last-child {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
  }
  @container (max-width: 26rem) {
    .average text {
      font-size: 15px;
    }
  }
`;
