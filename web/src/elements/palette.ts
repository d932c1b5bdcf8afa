import { css } from 'lit';

/** The colours of the elements. A page sets `--attn-ink`, `--attn-accent` ... to have its own; plots read the same names. */
export const palette = css`
  :host {
    color-scheme: light;
    --ink: var(--attn-ink, #1b1b2f);
    --soft: var(--attn-soft, #5f6079);
    --faint: var(--attn-faint, #dfdfe9);
    --paper: var(--attn-paper, #ffffff);
    --accent: var(--attn-accent, #4338ca);
    --wash: var(--attn-wash, #eeedfb);
    --link: var(--attn-link, #d9480f);
    --serif: var(
      --attn-serif,
      'Iowan Old Style',
      'Palatino Linotype',
      Palatino,
      'Noto Serif',
      'Songti SC',
      'Noto Serif CJK SC',
      Georgia,
      serif
    );
    --sans: var(
      --attn-font,
      system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      'Noto Sans',
      'PingFang SC',
      'Microsoft YaHei',
      'Noto Sans CJK SC',
      sans-serif
    );
    color: var(--ink);
    font-family: var(--sans);
  }
  :host([data-shade='dark']) {
    color-scheme: dark;
    --ink: var(--attn-ink, #ecebf5);
    --soft: var(--attn-soft, #a3a2bb);
    --faint: var(--attn-faint, #33334a);
    --paper: var(--attn-paper, #15151f);
    --accent: var(--attn-accent, #a9a4ff);
    --wash: var(--attn-wash, #26264a);
    --link: var(--attn-link, #ffb14a);
  }
`;
