/**
 * The state of a page's rooms in its address: `#average?kernel=boxcar&bandwidth=0.4` leads to the room in the section
 * `average`, with these attributes. What a room does not know is passed over, what it cannot take becomes what it can.
 */
import type { LitElement, PropertyDeclaration } from 'lit';

type RoomClass = typeof LitElement & { new (): LitElement };

/** Follows the address, now and whenever it changes. */
export function followAddress(): void {
  addEventListener('hashchange', follow);
  follow();
}

function follow(): void {
  const [id = '', query = ''] = location.hash.slice(1).split('?', 2);
  const section = id === '' ? null : document.getElementById(id);
  if (!section) return;
  const room = roomIn(section);
  for (const [name, value] of new URLSearchParams(query)) {
    if (room && attributesOf(room).has(name)) room.setAttribute(name, value);
  }
  hold(section);
}

let release = (): void => {};

/** Keeps a section in view while rooms above it are computed and grow, until somebody scrolls elsewhere. */
function hold(section: Element): void {
  release();
  let [place, height] = [0, 0];
  const show = (): void => {
    section.scrollIntoView();
    place = section.getBoundingClientRect().top;
    height = document.body.scrollHeight;
  };
  const growth = new ResizeObserver(show);
  // Whoever drags the scroll bar tells nothing else. Scrolling is told before growth is.
  const onScroll = (): void => {
    if (document.body.scrollHeight !== height) show();
    else if (Math.abs(section.getBoundingClientRect().top - place) > 1) release();
  };
  const listening = new AbortController();
  release = () => {
    growth.disconnect();
    listening.abort();
  };
  show();
  growth.observe(document.body);
  const options = { passive: true, signal: listening.signal };
  addEventListener('scroll', onScroll, options);
  // Whoever takes the page in hand is not led back, even while it grows.
  for (const kind of ['wheel', 'touchmove', 'keydown', 'pointerdown']) addEventListener(kind, release, options);
}

/** The room of a section: its first element that has a state. */
function roomIn(section: Element): LitElement | null {
  const all = [...section.querySelectorAll<LitElement>('*')];
  return all.find((element) => element.localName.includes('-') && attributesOf(element).size > 0) ?? null;
}

interface Attribute {
  property: string;
  write: (value: unknown) => string;
}

/** What attributes say a room's state. */
function attributesOf(room: Element): Map<string, Attribute> {
  const properties = (room.constructor as RoomClass).elementProperties ?? new Map<string, PropertyDeclaration>();
  const named = [...properties].flatMap(([name, { attribute, converter }]) => {
    if (attribute === false || name === 'lang' || name === 'theme') return [];
    const write = typeof converter === 'object' ? converter.toAttribute : undefined;
    return [
      [
        typeof attribute === 'string' ? attribute : String(name).toLowerCase(),
        {
          property: String(name),
          write: (value: unknown): string => (value === null ? '' : String(write ? write(value) : value)),
        },
      ] as const,
    ];
  });
  return new Map(named);
}

/** The attributes of a section's room as it stands; those that are as in the beginning are left out. */
function stateOf(room: LitElement): [attribute: string, value: string][] {
  const fresh = new (room.constructor as RoomClass)();
  return [...attributesOf(room)].flatMap(([attribute, { property, write }]) => {
    const [is, was] = [room, fresh].map((one) => write((one as unknown as Record<string, unknown>)[property]));
    return is === was ? [] : [[attribute, is!] as [string, string]];
  });
}

/** The address of a section with its room as it stands. */
export function addressOf(section: Element): string {
  const room = roomIn(section);
  const state = new URLSearchParams(room ? stateOf(room) : []).toString();
  const address = new URL(location.href);
  address.hash = section.id + (state === '' ? '' : `?${state}`);
  return address.href;
}

const escaped: Record<string, string> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' };

/** The markup that puts a section's room, as it stands, on another page; empty for a section without one. */
export function markupOf(section: Element): string {
  const room = roomIn(section);
  if (!room) return '';
  const attributes = stateOf(room).map(
    ([name, value]) => ` ${name}="${value.replace(/[&"<>]/g, (letter) => escaped[letter]!)}"`,
  );
  return `<${room.localName}${attributes.join('')}></${room.localName}>`;
}
