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
  section.scrollIntoView();
}

/** The room of a section: its first element that has a state. */
export function roomIn(section: Element): LitElement | null {
  const all = [...section.querySelectorAll<LitElement>('*')];
  return all.find((element) => element.localName.includes('-') && attributesOf(element).size > 0) ?? null;
}

/** Properties by the attribute that says them. */
function attributesOf(room: Element): Map<string, string> {
  const properties = (room.constructor as RoomClass).elementProperties ?? new Map<string, PropertyDeclaration>();
  const named = [...properties].flatMap(([name, { attribute }]) =>
    attribute === false || name === 'lang' || name === 'theme'
      ? []
      : [[typeof attribute === 'string' ? attribute : String(name).toLowerCase(), String(name)] as const],
  );
  return new Map(named);
}

/** The address of a section with its room as it stands; what is as in the beginning is left out. */
export function addressOf(section: Element): string {
  const address = new URL(location.href);
  address.hash = section.id;
  const room = roomIn(section);
  if (!room) return address.href;
  const fresh = new (room.constructor as RoomClass)();
  const changed = [...attributesOf(room)].flatMap(([attribute, property]) => {
    const [is, was] = [room, fresh].map((one) => String((one as unknown as Record<string, unknown>)[property]));
    return is === was ? [] : [[attribute, is!]];
  });
  if (changed.length > 0) address.hash += `?${new URLSearchParams(changed)}`;
  return address.href;
}
