import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { arrows, dragged } from './hand.ts';
import { styled } from './styled.ts';
import { number } from './matrix.ts';

/** Half of the plane's width, in its own units. */
export const reach = 2;
const size = 400;
const unit = size / (2 * reach + 0.5);
const step = 0.1;
const fine = 0.01;

export interface Arrow {
  name: string;
  kind: 'query' | 'key';
  x: number;
  y: number;
  /** CSS colours; two where two settings give two. */
  colours: readonly string[];
  /** Not moved by itself: it lies under another tip. */
  fixed: boolean;
}

export interface Tie {
  from: Arrow;
  to: Arrow;
  /** 0 to 1. */
  weight: number;
  side: number;
}

export interface PlaneOptions {
  label: string;
  arrows: readonly Arrow[];
  ties: readonly Tie[];
  selected: string;
  hint: string;
  onMove: (name: string, x: number, y: number) => void;
  onSelect: (name: string) => void;
}

const px = (x: number): number => size / 2 + x * unit;
const py = (y: number): number => size / 2 - y * unit;
const clamp = (x: number): number => Math.min(Math.max(x, -reach), reach);

/** Arrows in the plane that are dragged by pointer, finger or arrow keys. */
export function plane(options: PlaneOptions): TemplateResult {
  const lines = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  return html`<svg class="plane" viewBox="0 0 ${size} ${size}" role="group" aria-label=${options.label}>
    ${lines.map((at) => svg`<path class=${at === 0 ? 'axis' : 'grid'} d="M${px(at)} 0V${size}M0 ${py(at)}H${size}" />`)}
    ${options.ties.map(tie)} ${options.arrows.map((arrow) => shaft(arrow))}
    ${options.arrows.map((arrow) => tip(arrow, options))}
  </svg>`;
}

const thickest = 9;

function tie({ from, to, weight, side }: Tie): SVGTemplateResult {
  const width = Math.min(Math.abs(weight), 1) * thickest;
  return svg`<line class=${`tie side-${side}`} x1=${px(from.x)} y1=${py(from.y)} x2=${px(to.x)} y2=${py(to.y)}
    stroke-width=${width.toFixed(2)} />`;
}

const shaft = ({ x, y, kind }: Arrow): SVGTemplateResult =>
  svg`<line class="shaft ${kind}" x1=${px(0)} y1=${py(0)} x2=${px(x)} y2=${py(y)} />`;

const radius = 11;
const target = 22;
/** How far a query's ring shows around the key that it lies under. */
const spread = 7;

function tip(arrow: Arrow, options: PlaneOptions): SVGTemplateResult {
  const { name, kind, x, y, colours, fixed } = arrow;
  const [left, right = left] = colours;
  const isSelected = name === options.selected;
  const outer = fixed ? radius + spread : radius;
  const half = (sweep: 0 | 1): string => `M0 ${-outer}A${outer} ${outer} 0 0 ${sweep} 0 ${outer}Z`;
  const mark =
    kind === 'key'
      ? svg`<circle class="mark" r=${radius} ${styled({ fill: left! })} />`
      : svg`<path class="mark" d=${half(0)} ${styled({ fill: left! })} />
          <path class="mark" d=${half(1)} ${styled({ fill: right! })} />
          <circle class="ring" r=${outer + 3} />`;
  const classes = `tip ${kind} ${isSelected ? 'selected' : ''}`;
  const place = `translate(${px(x)} ${py(y)})`;
  if (fixed) return svg`<g class=${classes} transform=${place}>${mark}</g>`;
  return svg`<g
    class=${classes}
    transform=${place}
    tabindex="0"
    role="button"
    aria-label="${name}: ${number(x)}, ${number(y)}. ${options.hint}"
    aria-pressed=${String(isSelected)}
    @pointerdown=${(event: PointerEvent) => drag(event, arrow, options)}
    @keydown=${(event: KeyboardEvent) => nudge(event, arrow, options)}
    @focus=${() => options.onSelect(name)}
  >
    <circle class="target" r=${target} />
    ${mark}
    <text y=${-outer - 7}>${name}</text>
  </g>`;
}

function drag(event: PointerEvent, { name }: Arrow, { onMove, onSelect }: PlaneOptions): void {
  onSelect(name);
  dragged(event, size, (x, y) => onMove(name, clamp((x - size / 2) / unit), clamp((size / 2 - y) / unit)));
}

function nudge(event: KeyboardEvent, { name, x, y }: Arrow, { onMove }: PlaneOptions): void {
  const direction = arrows[event.key];
  if (!direction) return;
  event.preventDefault();
  const by = event.shiftKey ? fine : step;
  onMove(name, clamp(x + direction[0] * by), clamp(y + direction[1] * by));
}
