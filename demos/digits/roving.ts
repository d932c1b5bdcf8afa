/** Keyboard of a grid: one cell takes part in the tab order, arrow keys move between cells, Enter and Space press. */

const kMoves: Record<string, [number, number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

const cut = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value));

/** `cells` row by row, `columns` of them in a row. Returns what lets another cell be the one that Tab reaches. */
export function roving(
  cells: readonly HTMLElement[],
  columns: number,
  press: (index: number) => void,
): (index: number) => void {
  const enterAt = (index: number) => cells.forEach((cell, at) => (cell.tabIndex = at === index ? 0 : -1));
  cells.forEach((cell, index) => {
    cell.addEventListener('focus', () => enterAt(index));
    cell.addEventListener('keydown', (event) => {
      const move = kMoves[event.key];
      if (!move && event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      if (!move) return press(index);
      const row = cut(Math.floor(index / columns) + move[0], cells.length / columns);
      cells[row * columns + cut((index % columns) + move[1], columns)]!.focus();
    });
  });
  enterAt(0);
  return enterAt;
}
