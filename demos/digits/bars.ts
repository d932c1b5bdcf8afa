import { percent } from '../frame/page.ts';

/** Ten bars that keep their order while the pen moves; a mark shows where each stood before. */
export interface Bars {
  /** Without `probs` nothing is claimed. */
  show(probs: ArrayLike<number> | null, before: ArrayLike<number> | null): void;
}

/** Fills `body`, a tbody: a row for each label. */
export function makeBars(body: HTMLElement, labels: readonly string[]): Bars {
  const rows = labels.map((label) => {
    const row = document.createElement('tr');
    const head = Object.assign(document.createElement('th'), { scope: 'row', textContent: label });
    const track = Object.assign(document.createElement('span'), { className: 'track' });
    const bar = document.createElement('td');
    const number = document.createElement('td');
    bar.append(track);
    bar.setAttribute('aria-hidden', 'true');
    row.append(head, bar, number);
    body.append(row);
    return { row, track, number };
  });
  return {
    show(probs, before) {
      const most = probs ? Math.max(...Array.from(probs)) : Infinity;
      rows.forEach(({ row, track, number }, n) => {
        const share = probs?.[n] ?? 0;
        track.style.setProperty('--share', String(share));
        track.style.setProperty('--before', String(before?.[n] ?? 0));
        track.classList.toggle('compared', Boolean(before) && probs !== null);
        row.classList.toggle('most', share === most);
        number.textContent = probs ? percent(share, 1) : '–';
      });
    },
  };
}
