// The site: web/app/*.html at the root, each demo with an index.html in demos/<name>/, the shipped
// models in models/<name>/. The same addresses hold in `npm run dev` and in dist/site.
import { cpSync, createReadStream, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';
import { formulas } from './scripts/formulas.mjs';
import { galleryCards } from './scripts/gallery.mjs';

const kRoot = resolve(import.meta.dirname, '..');
const kApp = join(kRoot, 'web/app');
const kDemos = join(kRoot, 'demos');
const kSite = join(kRoot, 'dist/site');

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();
const demos = isFolder(kDemos) ? readdirSync(kDemos).filter((name) => isFolder(join(kDemos, name))) : [];
const demoPages = demos.map((name) => join(kDemos, name, 'index.html')).filter((path) => existsSync(path));
/** Models ship with the page that shows them. */
const models = demos.filter(
  (name) => isFolder(join(kDemos, name, 'model')) && existsSync(join(kDemos, name, 'index.html')),
);
/** A page of web/app, by the file at the site's root that it becomes. */
const appPages = new Map(
  readdirSync(kApp)
    .filter((name) => name.endsWith('.html'))
    .map((name) => [join(kRoot, name), join(kApp, name)]),
);

/** The page's HTML, its references to files beside it made absolute so that they hold from the root. */
function readAppPage(source: string): string {
  return readFileSync(source, 'utf8').replace(/\b(src|href)="([^"#?:]+)"/g, (whole, attribute, path) => {
    const file = resolve(dirname(source), path);
    const isLocal = existsSync(file) && statSync(file).isFile() && !file.endsWith('.html');
    return isLocal ? `${attribute}="/${relative(kRoot, file)}"` : whole;
  });
}

/** Puts the pages of web/app at the root of the site. */
const appAtRoot = (): Plugin => ({
  name: 'app-at-root',
  enforce: 'pre',
  resolveId: (id) => (appPages.has(id) ? id : null),
  load(id) {
    const source = appPages.get(id);
    if (source === undefined) return null;
    this.addWatchFile(source);
    return readAppPage(source);
  },
  configureServer(server) {
    server.middlewares.use(async (request, response, next) => {
      const path = (request.url ?? '/').split(/[?#]/)[0];
      const source = appPages.get(join(kRoot, path === '/' ? 'index.html' : path));
      if (source === undefined) return next();
      try {
        const html = await server.transformIndexHtml(path, readAppPage(source));
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.end(html);
      } catch (error) {
        next(error);
      }
    });
  },
});

/** Puts a part where a page has `<!-- demos/frame/<part>.html -->` or `<!-- web/app/parts/<part>.html -->`. */
const sharedParts = (): Plugin => ({
  name: 'shared-parts',
  transformIndexHtml: {
    order: 'pre',
    handler: (html) =>
      html.replace(/<!-- ((?:demos\/frame|web\/app\/parts)\/[\w-]+\.html) -->/g, (_, path) =>
        readFileSync(join(kRoot, path), 'utf8'),
      ),
  },
});

/** While developing, Vite inlines styles and scripts that the pages' own policy would stop. */
const withoutPolicy = (): Plugin => ({
  name: 'without-policy',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
});

/** Serves demos/<name>/model as models/<name>, and copies it there in a build. */
const shippedModels = (): Plugin => ({
  name: 'shipped-models',
  configureServer(server) {
    server.middlewares.use((request, response, next) => {
      const [, name, file] = /^\/models\/([\w-]+)\/([\w.-]+)(?:\?.*)?$/.exec(request.url ?? '') ?? [];
      const path = name && file && join(kDemos, name, 'model', file);
      if (!path || !existsSync(path)) return next();
      response.setHeader('Cache-Control', 'no-cache');
      response.setHeader('Content-Length', statSync(path).size);
      createReadStream(path).pipe(response);
    });
  },
  writeBundle() {
    for (const name of models) {
      // What the training needs beside the model (checkpoints) stays at home.
      const isShipped = (path: string) => !path.endsWith('/checkpoints');
      cpSync(join(kDemos, name, 'model'), join(kSite, 'models', name), { recursive: true, filter: isShipped });
    }
  },
});

const source = (path: string) => join(kRoot, 'web/src', path);

export default defineConfig({
  root: kRoot,
  base: './',
  publicDir: false,
  cacheDir: join(kRoot, 'node_modules/.vite'),
  plugins: [appAtRoot(), galleryCards(kRoot), formulas(kRoot), sharedParts(), withoutPolicy(), shippedModels()],
  resolve: {
    // Demos import the package by its name, as a stranger would.
    alias: [
      { find: /^attention-playground$/, replacement: source('index.ts') },
      { find: /^attention-playground\/element$/, replacement: source('elements/index.ts') },
      { find: /^attention-playground\/plots$/, replacement: source('plots/index.ts') },
      { find: /^attention-playground\/arrays$/, replacement: source('arrays/index.ts') },
      { find: /^attention-playground\/rooms$/, replacement: source('elements/lineage/index.ts') },
    ],
  },
  server: { port: 5173, fs: { allow: [kRoot] } },
  worker: { format: 'es' },
  build: {
    outDir: kSite,
    emptyOutDir: true,
    // Engines of 2023 and later: all have WebAssembly SIMD and module workers.
    target: ['chrome111', 'firefox114', 'safari16.4'],
    // The content security policy has no room for inlined scripts and data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: Object.fromEntries(
        [...appPages.keys(), ...demoPages].map((path) => [
          relative(kRoot, path).replaceAll('/', '-').slice(0, -5),
          path,
        ]),
      ),
    },
  },
});
