// node demos/embed/course.mjs [site] [package]: the one-page course site in dist/course, with the package of dist/package and
// the model beside it. Needs MkDocs (`apt-get install mkdocs`).
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const kRoot = fileURLToPath(new URL('../..', import.meta.url));
const [kSite = join(kRoot, 'dist/course'), kPackage = join(kRoot, 'dist/package')] = process.argv.slice(2);

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

if (!existsSync(join(kPackage, 'element.js'))) fail(`${kPackage} holds no element.js; run: npm run build`);
const config = join(kRoot, 'demos/embed/course/mkdocs.yml');
const built = spawnSync('mkdocs', ['build', '--strict', '--quiet', '--clean', '-f', config, '-d', kSite], {
  stdio: 'inherit',
});
if (built.error) fail('mkdocs was not found; on Debian run: apt-get install mkdocs');
if (built.status !== 0) fail(`mkdocs ended with status ${built.status}`);

// What the page asks for, beside the page.
const isNeeded = (path) => !/\.(map|d\.ts)$/.test(path);
cpSync(kPackage, join(kSite, 'attention-playground'), { recursive: true, filter: isNeeded });
for (const file of ['config.json', 'model.safetensors', 'tokenizer.json']) {
  cpSync(join(kRoot, 'demos/sentences/model', file), join(kSite, 'models/sentences', file));
}
process.stdout.write(`${kSite}: the course site, for any file host and any sub-path\n`);
