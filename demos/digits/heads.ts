import { paint } from './painting.ts';
import { roving } from './roving.ts';

/** A picture of the grid: a head, or with `head` null the rollout up to the layer. */
export interface Choice {
  layer: number;
  head: number | null;
}

export interface HeadView {
  weights: ArrayLike<number>;
  full: number;
  label: string;
  off: boolean;
}

export interface Heads {
  show(
    picture: Float32Array,
    views: readonly HeadView[],
    options: {
      chosen: Choice;
      theme: 'light' | 'dark';
      names: { corner: string; layer(n: number): string; heads: string[] };
    },
  ): void;
}

const element = (role: string): HTMLElement => {
  const made = document.createElement('div');
  made.setAttribute('role', role);
  return made;
};

/** A row for each layer: its heads, then the rollout. `views` of `show` come in that order. */
export function makeHeads(grid: HTMLElement, layers: number, heads: number, pick: (choice: Choice) => void): Heads {
  const columns = heads + 1;
  const choiceOf = (index: number): Choice => {
    const column = index % columns;
    return { layer: Math.floor(index / columns), head: column < heads ? column : null };
  };
  const cells = Array.from({ length: layers * columns }, () => {
    const cell = element('gridcell');
    cell.append(document.createElement('canvas'));
    return cell;
  });
  const corner = element('columnheader');
  const cornerName = Object.assign(document.createElement('span'), { className: 'unseen' });
  corner.append(cornerName);
  const tops = Array.from({ length: columns }, () => element('columnheader'));
  const sides = Array.from({ length: layers }, () => element('rowheader'));
  const rows = [
    [corner, ...tops],
    ...sides.map((side, layer) => [side, ...cells.slice(layer * columns, (layer + 1) * columns)]),
  ];
  for (const parts of rows) {
    const row = element('row');
    row.append(...parts);
    grid.append(row);
  }
  const enterAt = roving(cells, columns, (index) => pick(choiceOf(index)));
  cells.forEach((cell, index) => cell.addEventListener('click', () => pick(choiceOf(index))));
  return {
    show(picture, views, { chosen, theme, names }) {
      cornerName.textContent = names.corner;
      tops.forEach((top, n) => (top.textContent = names.heads[n]!));
      sides.forEach((side, n) => (side.textContent = names.layer(n)));
      views.forEach(({ weights, full, label, off }, index) => {
        const cell = cells[index]!;
        const { layer, head } = choiceOf(index);
        const isChosen = layer === chosen.layer && head === chosen.head;
        paint(cell.querySelector('canvas')!, picture, { weights, full, theme });
        cell.setAttribute('aria-label', label);
        cell.title = label;
        cell.setAttribute('aria-selected', String(isChosen));
        cell.classList.toggle('off', off);
        if (isChosen && !grid.contains(document.activeElement)) enterAt(index);
      });
    },
  };
}
