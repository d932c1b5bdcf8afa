/** What a hand does to a handle: arrow keys and dragging. */

/** Where an arrow key goes: to the right and upwards. */
export const arrows: Record<string, readonly [right: number, up: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Tells each place of the pointer that has pressed an SVG's handle, in units of the view box of this width, until it is let go. */
export function dragged(event: PointerEvent, width: number, tell: (x: number, y: number) => void): void {
  const handle = event.currentTarget as SVGGElement;
  const field = handle.ownerSVGElement!;
  handle.setPointerCapture(event.pointerId);
  const follow = (moved: PointerEvent): void => {
    const place = field.getBoundingClientRect();
    const scale = width / place.width;
    tell((moved.clientX - place.left) * scale, (moved.clientY - place.top) * scale);
  };
  const ends = ['pointerup', 'pointercancel'] as const;
  const end = (): void => {
    handle.removeEventListener('pointermove', follow);
    for (const name of ends) handle.removeEventListener(name, end);
  };
  handle.addEventListener('pointermove', follow);
  for (const name of ends) handle.addEventListener(name, end);
}
