import { paintMarks } from './canvas.ts';
import type { Drawing } from './marks.ts';
import { markElement, svgElement } from './svg.ts';
import { fontStack, pageColour } from './theme.ts';

/** Width that a picture is drawn for before a page has given it one. */
const firstWidth = 640;

/** The frame of every drawn plot: a canvas for what is still, an SVG for what moves, both hidden from readers. */
export interface Frame {
  host: HTMLElement;
  /** As large as the drawing; elements for keyboard and readers are placed in it. */
  stage: HTMLElement;
  width(): number;
  /** Shows a whole drawing. */
  show(drawing: Drawing): void;
  /** Shows the front marks only. */
  refresh(drawing: Drawing): void;
}

export interface FrameOptions {
  size?: number;
  /** Called when the page gives the host another width. */
  onWidth(): void;
}

function styled<T extends ElementCSSInlineStyle>(element: T, style: Record<string, string>): T {
  Object.assign(element.style, style);
  return element;
}

/** An element with inline style, set through the CSSOM (a policy may forbid style attributes in markup). */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  style: Record<string, string> = {},
  attributes: Record<string, string> = {},
): HTMLElementTagNameMap[K] {
  const element = styled(document.createElement(name), style);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Out of sight, but read aloud. */
export const unseen = {
  position: 'absolute',
  width: '1px',
  height: '1px',
  margin: '-1px',
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
};

/** Adds a text as its own direction island; never as markup. */
export function isolated(text: string): HTMLElement {
  const element = document.createElement('bdi');
  element.textContent = text;
  return element;
}

function fillSvg(svg: SVGElement, drawing: Drawing): void {
  svg.setAttribute('width', String(drawing.width));
  svg.setAttribute('height', String(drawing.height));
  svg.setAttribute('viewBox', `0 0 ${drawing.width} ${drawing.height}`);
  const style = {
    theme: drawing.theme,
    palette: drawing.palette,
    colour: (paint: string) => pageColour(paint, drawing.theme),
  };
  svg.replaceChildren(...drawing.front.map((mark) => markElement(mark, style)));
}

/** Builds the frame. The host scrolls sideways when a drawing is wider than the page allows. */
export function makeFrame({ size, onWidth }: FrameOptions): Frame {
  const host = make('div', {
    position: 'relative',
    maxWidth: '100%',
    overflowX: 'auto',
    overflowY: 'hidden',
    lineHeight: '1.3',
  });
  if (size !== undefined) host.style.width = `${size}px`;
  const stage = make('div', { position: 'relative', margin: '0 auto' });
  const canvas = make('canvas', { position: 'absolute', left: '0', top: '0' }, { 'aria-hidden': 'true' });
  const svg = styled(svgElement('svg', { 'aria-hidden': 'true' }), {
    position: 'absolute',
    left: '0',
    top: '0',
    fontFamily: `var(--attn-font, ${fontStack})`,
    userSelect: 'none',
  });
  stage.append(canvas, svg);
  host.append(stage);
  let width = size ?? firstWidth;

  if (size === undefined && typeof ResizeObserver === 'function') {
    new ResizeObserver(([entry]) => {
      const given = Math.floor(entry?.contentRect.width ?? 0);
      if (given === 0 || given === width) return;
      width = given;
      onWidth();
    }).observe(host);
  }

  const refresh = (drawing: Drawing): void => fillSvg(svg, drawing);
  const show = (drawing: Drawing): void => {
    Object.assign(stage.style, { width: `${drawing.width}px`, height: `${drawing.height}px` });
    canvas.hidden = drawing.ground.length === 0;
    if (!canvas.hidden) {
      Object.assign(canvas.style, { width: `${drawing.width}px`, height: `${drawing.height}px` });
      paintMarks(canvas, drawing, drawing.ground, Math.max(1, globalThis.devicePixelRatio || 1));
    }
    refresh(drawing);
  };
  return { host, stage, width: () => width, show, refresh };
}

/** Tells the page what happened in a plot. */
export function tell(host: HTMLElement, name: 'plot-hover' | 'plot-select' | 'plot-paint', detail: unknown): void {
  host.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}
