import { stands } from '../src/elements/scene.ts';
import { themes } from '../src/elements/theme.ts';
import { shippedModel } from './models.ts';
import type { Cell, HeadRef, Settings } from './settings.ts';

/** Longest text that a link carries, in UTF-16 units; most programs cut links of a few thousand characters. */
export const maxLinkText = 2000;
const maxHashLength = 12_000;
const maxListed = 600;

/** One part of the hash. `read` gives undefined for whatever is not exactly in its form. */
interface Field {
  name: string;
  read(value: string, settings: Settings): Partial<Settings> | undefined;
  write(settings: Settings): string;
}

/** The table that defines a link. Unknown names are ignored, a name may come once. */
const fields: readonly Field[] = [
  {
    name: 'model',
    // A head that is named too comes later.
    read: (value, { shown }) => {
      const model = shippedModel(value);
      return model && { model: value, shown: model.opensAt ?? shown };
    },
    write: ({ model }) => model,
  },
  {
    name: 'text',
    read: (value) => (value.length <= maxLinkText ? { text: value } : undefined),
    write: ({ text }) => (text.length <= maxLinkText ? text : ''),
  },
  {
    name: 'pair',
    read: (value) => (value.length <= maxLinkText ? { pair: value } : undefined),
    write: ({ pair }) => (pair.length <= maxLinkText ? pair : ''),
  },
  {
    name: 'stand',
    read: (value) =>
      one(
        stands.filter((stand) => stand === value),
        (stand) => ({ stand }),
      ),
    write: ({ stand }) => stand,
  },
  {
    name: 'head',
    read: (value) => one(readPairs(value), ([layer, head]) => ({ shown: { layer, head } })),
    write: ({ shown }) => writeHead(shown),
  },
  {
    name: 'cell',
    read: (value) => one(readPairs(value), ([query, key]) => ({ cell: { query, key } })),
    write: ({ cell }) => (cell ? writeCell(cell) : ''),
  },
  {
    name: 'view',
    read: (value) => (value === 'map' || value === 'arcs' ? { view: value } : undefined),
    write: ({ view }) => (view === 'map' ? '' : view),
  },
  {
    name: 'links',
    read: (value) => (value === '0' ? { links: false } : value === '1' ? { links: true } : undefined),
    write: ({ links }) => (links ? '' : '0'),
  },
  {
    name: 'off',
    read: (value, { changes }) => {
      const off = readPairs(value)?.map(([layer, head]): HeadRef => ({ layer, head }));
      return off && { changes: { ...changes, off } };
    },
    write: ({ changes }) => changes.off.map(writeHead).join('_'),
  },
  {
    name: 'mask',
    read: (value, { changes }) => {
      const mask = readPairs(value)?.map(([query, key]): Cell => ({ query, key }));
      return mask && { changes: { ...changes, mask } };
    },
    write: ({ changes }) => (changes.mask.length > maxListed ? '' : changes.mask.map(writeCell).join('_')),
  },
  {
    name: 'heat',
    read: (value, { changes }) => {
      const temperature = readNumber(value, 0.1, 10);
      return temperature === undefined ? undefined : { changes: { ...changes, temperature } };
    },
    write: ({ changes }) => (changes.temperature === 1 ? '' : String(changes.temperature)),
  },
  sampling('temperature', 0, 5),
  sampling('topK', 0, 100_000, true),
  sampling('topP', 0, 1),
  sampling('seed', 0, 4_294_967_295, true),
  sampling('maxTokens', 1, 500, true),
  {
    name: 'stop',
    read: (value, settings) => (value.length <= 40 ? { sampling: { ...settings.sampling, stop: value } } : undefined),
    write: ({ sampling: { stop } }) => stop,
  },
  {
    name: 'lang',
    read: (value) => (value === 'en' || value === 'zh' ? { lang: value } : undefined),
    write: ({ lang }) => lang,
  },
  {
    name: 'theme',
    read: (value) =>
      one(
        themes.filter((theme) => theme === value),
        (theme) => ({ theme }),
      ),
    write: ({ theme }) => (theme === 'auto' ? '' : theme),
  },
];

function sampling(
  name: 'temperature' | 'topK' | 'topP' | 'seed' | 'maxTokens',
  least: number,
  most: number,
  whole = false,
): Field {
  return {
    name,
    read: (value, settings) => {
      const number = readNumber(value, least, most);
      if (number === undefined || (whole && !Number.isInteger(number))) return undefined;
      return { sampling: { ...settings.sampling, [name]: number } };
    },
    write: (settings) => String(settings.sampling[name]),
  };
}

function one<T, R>(values: readonly T[] | undefined, make: (value: T) => R): R | undefined {
  return values?.length === 1 && values[0] !== undefined ? make(values[0]) : undefined;
}

/** `3.1_4.0` as [[3, 1], [4, 0]]. */
function readPairs(value: string): [number, number][] | undefined {
  if (!/^\d{1,4}\.\d{1,4}(_\d{1,4}\.\d{1,4})*$/.test(value)) return undefined;
  const pairs = value.split('_').map((pair) => pair.split('.').map(Number) as [number, number]);
  return pairs.length > maxListed ? undefined : pairs;
}

function readNumber(value: string, least: number, most: number): number | undefined {
  if (!/^\d{1,10}(\.\d{1,6})?$/.test(value)) return undefined;
  const number = Number(value);
  return number >= least && number <= most ? number : undefined;
}

const writeHead = ({ layer, head }: HeadRef) => `${layer}.${head}`;
const writeCell = ({ query, key }: Cell) => `${query}.${key}`;

/** The settings of a link laid over `base`; what it does not say, or says wrongly, stays as it is. */
export function readHash(hash: string, base: Settings): Settings {
  if (hash.length > maxHashLength) return base;
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  let settings = base;
  for (const field of fields) {
    const value = given.get(field.name);
    if (value !== null) settings = { ...settings, ...field.read(value, settings) };
  }
  return settings;
}

/** The hash that shows `settings` again; what equals `standard` is left out, but never the model and the text. */
export function writeHash(settings: Settings, standard: Settings): string {
  const parts = new URLSearchParams();
  for (const field of fields) {
    const value = field.write(settings);
    const always = field.name === 'model' || field.name === 'text' || field.name === 'head';
    if (value !== '' && (always || value !== field.write(standard))) parts.set(field.name, value);
  }
  return `#${parts.toString()}`;
}
