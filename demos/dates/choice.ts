/** The layer, and one of its heads or the mean of all (`null`), that the maps show. */
export interface Place {
  layer: number;
  head: number | null;
}

function both(en: string, zh: string): HTMLElement[] {
  return Object.entries({ en, zh }).map(([lang, text]) => {
    const span = document.createElement('span');
    span.dataset.lang = lang;
    span.textContent = text;
    return span;
  });
}

function group(name: string, title: HTMLElement[], options: readonly { value: string; label: HTMLElement[] }[]) {
  const set = document.createElement('fieldset');
  const legend = document.createElement('legend');
  legend.append(...title);
  const labels = options.map(({ value, label }) => {
    const line = document.createElement('label');
    line.className = 'check';
    line.append(Object.assign(document.createElement('input'), { type: 'radio', name, value }), ...label);
    return line;
  });
  set.append(legend, ...labels);
  return set;
}

/** Radio buttons for a layer and a head in `host`; returns what shows a choice that was made elsewhere. */
export function headChoice(
  host: HTMLElement,
  { layers, heads, onChange }: { layers: number; heads: number; onChange: (place: Place) => void },
): (place: Place) => void {
  // Radio buttons of one name belong together, so each host has its own.
  const names = { layer: `${host.id}-layer`, head: `${host.id}-head` };
  const numbers = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ value: String(at), label: both(String(at), String(at)) }));
  host.append(
    group(names.layer, both('Layer', '层'), numbers(layers)),
    group(names.head, both('Head', '头'), [{ value: '', label: both('mean', '平均') }, ...numbers(heads)]),
  );
  const chosen = (name: string) => host.querySelector<HTMLInputElement>(`[name="${name}"]:checked`)!.value;
  host.addEventListener('change', () => {
    const head = chosen(names.head);
    onChange({ layer: Number(chosen(names.layer)), head: head === '' ? null : Number(head) });
  });
  return ({ layer, head }) => {
    for (const [name, value] of [
      [names.layer, layer],
      [names.head, head ?? ''],
    ]) {
      host.querySelector<HTMLInputElement>(`[name="${name}"][value="${value}"]`)!.checked = true;
    }
  };
}
