import { css } from 'lit';

export const denoisingStyles = css`
  .studio {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.25rem 2.5rem;
    margin-top: 1rem;
  }
  .studio > * {
    min-width: 0;
  }
  .controls {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
    align-content: start;
  }
  .controls p,
  .controls h3 {
    margin: 0;
  }
  @container (min-width: 52rem) {
    .studio {
      grid-template-columns: minmax(0, 17rem) minmax(0, 1fr);
    }
    .pixel {
      grid-template-columns: minmax(0, 26rem) minmax(0, 1fr);
    }
  }
  .shots {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(14rem, 46%), 1fr));
    gap: 1rem;
  }
  figure {
    margin: 0;
    min-width: 0;
  }
  .shot figcaption {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.6rem;
    align-items: baseline;
    padding-top: 0.25rem;
    font-size: 0.9375rem;
    font-variant-numeric: tabular-nums;
  }
  .shot figcaption button,
  .shot .name {
    flex-basis: 100%;
    min-height: 1.75rem;
    padding: 0;
    border: 0;
    border-radius: 0;
    font-family: var(--attn-serif);
    text-align: start;
  }
  .shot figcaption button {
    text-decoration: underline dotted var(--attn-soft);
    text-underline-offset: 0.25em;
  }
  .shot figcaption button:hover,
  .shot.chosen figcaption button {
    color: var(--attn-accent);
    text-decoration: underline solid currentcolor;
  }
  .shot strong {
    color: var(--attn-link);
    font-weight: 600;
  }
  .shot progress {
    display: block;
    width: 100%;
    height: 0.3rem;
    accent-color: var(--attn-accent);
  }
  .pending {
    aspect-ratio: 1;
    border: 1px solid var(--attn-faint);
  }
  .verdict {
    margin: 0.75rem 0 0;
    font-family: var(--attn-serif);
    font-size: 1.0625rem;
  }
  .part {
    margin: 2rem 0 0;
    padding-top: 1rem;
    border-top: 1px solid var(--attn-faint);
  }
  .pair {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 1rem;
  }
  .numbers-of-pixel {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem 2rem;
    align-content: start;
  }
  @container (min-width: 72rem) {
    .numbers-of-pixel {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
    .numbers-of-pixel > .pair {
      grid-column: 1 / -1;
    }
  }
  .stage-figure + .explained {
    margin-top: 0.75rem;
  }
  .stage-figure picture-field {
    max-width: 28rem;
  }
  .stage-figure figcaption {
    max-width: 28rem;
    padding-top: 0.3rem;
  }
  .patch-picture {
    max-width: 10rem;
  }
  .steps {
    margin: 0;
    padding-inline-start: 1.3rem;
  }
  fieldset {
    min-width: 0;
  }
`;
