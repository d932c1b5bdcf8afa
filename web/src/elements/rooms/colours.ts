/** Colours of the page as numbers, for what is painted pixel by pixel; they follow the theme. */

/** A custom property as a plain colour: `light-dark()` is resolved by giving it to an element. */
export function resolve(element: Element, name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Red, green, blue, opacity of a custom property's colour, 0 to 255. */
export function bytesOf(element: Element, name: string): number[] {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  probe.fillStyle = resolve(element, name);
  probe.fillRect(0, 0, 1, 1);
  return [...probe.getImageData(0, 0, 1, 1).data];
}
