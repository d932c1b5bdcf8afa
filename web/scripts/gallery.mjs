// The cards of the gallery, read from the demos themselves: each folder of demos/ with an index.html is one.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const kMark = '<!-- demos -->';
/** The pictures that `node web/scripts/pictures.mjs` makes, by the colours that they are for. */
export const kPictures = { light: 'picture.webp', dark: 'picture-dark.webp' };

/** The names of the demos that have a page, in the order that their pages ask for. */
export function demoNames(root) {
  const folder = join(root, 'demos');
  const pages = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'index.html')));
  const placeOf = (name) =>
    Number(/<meta name="gallery-place" content="(\d+)"/.exec(readPage(root, name))?.[1] ?? Infinity);
  const placed = pages.map((name) => ({ name, place: placeOf(name) }));
  // Names decide between equal places; Infinity - Infinity is not a number, and so counts as equal.
  return placed.sort((a, b) => a.place - b.place || a.name.localeCompare(b.name, 'en')).map(({ name }) => name);
}

const readPage = (root, name) => readFileSync(join(root, 'demos', name, 'index.html'), 'utf8');

/**
 * Heading or sentence of a page in both languages, as HTML. A page that switches has `<span data-lang="en">` and
 * `<span data-lang="zh">` in one element; one that shows both marks the Chinese with `lang="zh"`.
 */
function bothLanguages(html, name, what, { switched, shown }) {
  const found = switched.exec(html)?.[1];
  if (found?.includes('data-lang="en"') && found.includes('data-lang="zh"')) return found.trim();
  const [, en, zh] = shown.exec(html) ?? [];
  if (en && zh) return `<span data-lang="en">${en.trim()}</span><span data-lang="zh">${zh.trim()}</span>`;
  throw new Error(`demos/${name}/index.html: found no ${what} in English and Chinese`);
}

const kTitle = { switched: /<h1>([\s\S]*?)<\/h1>/, shown: /<h1>([^<]*)<span lang="zh">([^<]*)<\/span>\s*<\/h1>/ };
const kSentence = {
  switched: /<p class="lead">([\s\S]*?)<\/p>/,
  shown: /<p>([^<]*)<\/p>\s*<p lang="zh">([^<]*)<\/p>/,
};

function card(root, name) {
  const html = readPage(root, name);
  const title = bothLanguages(html, name, '<h1>', kTitle);
  const sentence = bothLanguages(html, name, 'sentence after the heading', kSentence);
  // A demo without a picture yet is still linked; tests/browser/gallery.spec.ts asks for the picture.
  const pictures = Object.entries(kPictures)
    .filter(([, file]) => existsSync(join(root, 'demos', name, file)))
    .map(
      ([shade, file]) =>
        `<img class="in-${shade}" src="/demos/${name}/${file}" alt="" width="640" height="400" loading="lazy" />`,
    );
  return `<li class="card">
<a href="demos/${name}/index.html">${pictures.join('')}<h2>${title}</h2></a>
<p>${sentence}</p>
</li>`;
}

/** Vite plugin: puts the cards where gallery.html has its mark. */
export function galleryCards(root) {
  return {
    name: 'gallery-cards',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html.replace(kMark, () =>
          demoNames(root)
            .map((name) => card(root, name))
            .join('\n'),
        ),
    },
  };
}
