import { visibleToken } from 'attention-playground/plots';

export interface Character {
  text: string;
  /** What a screen reader says: the character and its number. */
  label: string;
  /** Shade, 0 to 1. */
  heat?: number;
  /** Of a toggle. */
  pressed?: boolean;
  current?: boolean;
  /** Not there yet, as the answer is being written. */
  pale?: boolean;
  unknown?: boolean;
}

export interface CharacterRow {
  show(characters: readonly Character[]): void;
}

/**
 * A line of characters to press, as one stop of the keyboard: arrows move along it. `onPick` is told the index, and whether a
 * range up to it is meant (Shift, or a mouse drawn across). With `follow`, moving along picks as well.
 */
export function characterRow(
  host: HTMLElement,
  { onPick, follow = false }: { onPick: (index: number, range: boolean) => void; follow?: boolean },
): CharacterRow {
  let focused = 0;
  /** A mouse has picked already when it went down, to be drawn across; its click comes later. */
  let byMouse = false;
  const all = (): HTMLButtonElement[] => [...host.querySelectorAll('button')];
  const indexOf = (target: EventTarget | null): number =>
    all().indexOf((target as Element | null)?.closest('button') as HTMLButtonElement);
  const focus = (index: number): void => {
    focused = index;
    all().forEach((button, at) => (button.tabIndex = at === index ? 0 : -1));
  };

  const pick = (event: MouseEvent): void => {
    const index = indexOf(event.target);
    if (index < 0) return;
    focus(index);
    onPick(index, event.shiftKey);
  };

  host.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'mouse' || event.button !== 0) return;
    byMouse = true;
    pick(event);
  });
  addEventListener('pointerup', () => setTimeout(() => (byMouse = false)));
  host.addEventListener('click', (event) => {
    if (!byMouse) pick(event);
  });
  host.addEventListener('pointerover', (event) => {
    const index = indexOf(event.target);
    // A touch moves the page instead.
    if (event.pointerType === 'mouse' && event.buttons === 1 && index >= 0) onPick(index, true);
  });
  host.addEventListener('keydown', (event) => {
    const last = all().length - 1;
    const moves: Record<string, number> = { ArrowLeft: focused - 1, ArrowRight: focused + 1, Home: 0, End: last };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    focus(Math.min(last, Math.max(0, next)));
    all()[focused]?.focus();
    if (follow || event.shiftKey) onPick(focused, event.shiftKey);
  });

  const dress = (button: HTMLButtonElement, character: Character): void => {
    const { text, label, heat = 0, pressed, current, pale = false, unknown = false } = character;
    button.textContent = visibleToken(text);
    button.setAttribute('aria-label', label);
    button.title = label;
    button.style.setProperty('--heat', heat.toFixed(3));
    button.classList.toggle('pale', pale);
    button.classList.toggle('unknown', unknown);
    if (pressed !== undefined) button.setAttribute('aria-pressed', String(pressed));
    if (current) button.setAttribute('aria-current', 'step');
    else button.removeAttribute('aria-current');
  };

  return {
    show(characters) {
      const old = all();
      // Buttons are kept, so that focus and a drag survive.
      const buttons = characters.map(
        (_, at) => old[at] ?? Object.assign(document.createElement('button'), { type: 'button' }),
      );
      old.slice(characters.length).forEach((button) => button.remove());
      host.append(...buttons.slice(old.length));
      characters.forEach((character, at) => dress(buttons[at]!, character));
      const current = follow ? characters.findIndex(({ current: is }) => is) : focused;
      focus(Math.min(characters.length - 1, Math.max(0, current)));
    },
  };
}
