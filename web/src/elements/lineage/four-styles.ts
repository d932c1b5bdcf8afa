import { css } from 'lit';

export const fourStyles = css`
  .scale {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem 2.5rem;
    margin-block: 1rem 1.25rem;
    align-items: start;
  }
  .four {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.75rem 1.5rem;
  }
  .four > section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.6rem;
    align-content: start;
    min-width: 0;
  }
  .four .facts,
  .four .formula {
    font-size: 0.9375rem;
  }
  .four .facts dd {
    text-align: end;
  }
  .four h3 {
    margin: 0;
  }
  @container (min-width: 40rem) {
    .scale,
    .four {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
  @container (min-width: 68rem) {
    .four {
      grid-template-columns: repeat(4, minmax(0, 1fr));
    }
    .decides {
      min-height: 6.2em;
    }
  }
  .decides {
    margin: 0;
    font-family: var(--attn-serif);
  }
  .legend picture-field canvas {
    height: 0.9rem;
  }
  .legend .ends {
    display: flex;
    justify-content: space-between;
    margin: 0.1rem 0 0;
    font-variant-numeric: tabular-nums;
  }
`;
