// The cards of the gallery, read from the demos themselves: each folder of demos/ with an index.html is one.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const kMark = '<!-- demos -->';
/** The pictures that `node web/scripts/pictures.mjs` makes, by the colours that they are for. */
export const kPictures = { light: 'picture.png', dark: 'picture-dark.png' };

/** The names of the demos that have a page, in the order that their pages ask for. */
export function demoNames(root) {
  const folder = join(root, 'demos');
  const pages = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'index.html')));
  const placeOf = (name) => Number(/<meta name="gallery-place" content="(\d+)"/.exec(readPage(root, name))?.[1] ?? Infinity);
  return pages.map((name) => ({ name, place: placeOf(name) })).sort((a, b) => a.place - b.place || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
}

const readPage = (root, name) => readFileSync(join(root, 'demos', name, 'index.html'), 'utf8');

/** What stands in the page's heading or lead, in every language. */
function partOf(html, name, pattern, what) {
  const found = pattern.exec(html)?.[1];
  if (!found?.includes('data-lang="en"') || !found.includes('data-lang="zh"')) {
    throw new Error(`demos/${name}/index.html: expected ${what} with a <span data-lang="en"> and a <span data-lang="zh">`);
  }
  return found.trim();
}

function card(root, name) {
  const html = readPage(root, name);
  const title = partOf(html, name, /<h1>([\s\S]*?)<\/h1>/, 'an <h1>');
  const sentence = partOf(html, name, /<p class="lead">([\s\S]*?)<\/p>/, 'a <p class="lead">');
  // A demo without a picture yet is still linked; tests/browser/gallery.spec.ts asks for the picture.
  const pictures = Object.entries(kPictures)
    .filter(([, file]) => existsSync(join(root, 'demos', name, file)))
    .map(([shade, file]) => `<img class="in-${shade}" src="/demos/${name}/${file}" alt="" width="640" height="400" loading="lazy" />`);
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
      handler: (html) => html.replace(kMark, () => demoNames(root).map((name) => card(root, name)).join('\n')),
    },
  };
}
