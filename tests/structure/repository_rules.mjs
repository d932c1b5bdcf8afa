// What the repository as a whole may hold. The same shape of rule as cpp_rules.mjs.

const kTopLevel = new Set([
  'core',
  'wasm',
  'web',
  'demos',
  'tests',
  'CMakeLists.txt',
  'CMakePresets.json',
  'package.json',
  'package-lock.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
]);
const kRequired = ['README.md', 'LICENSE', 'CHANGELOG.md', '.ci/run', 'package-lock.json', 'CMakePresets.json'];

function topLevel(tree) {
  const names = new Set(tree.map(({ path }) => path.split('/')[0]));
  const strangers = [...names].filter((name) => !name.startsWith('.') && !kTopLevel.has(name));
  const paths = new Set(tree.map(({ path }) => path));
  return [
    ...strangers.map((name) => `${name} does not belong at the top level`),
    ...kRequired.filter((path) => !paths.has(path)).map((path) => `${path} is missing`),
  ];
}

/** Hosts that only one machine or company can reach, and folders of the machine that a file was made on. */
const kForbidden = [
  [
    /https?:\/\/[^/\s"']*\b(registry|mirror|mirrors|proxy|artifactory|nexus|artifacts?|deb|snapshot)\b[^/\s"']*/i,
    'a package host',
  ],
  [/"resolved": "http/, 'the address that a package came from'],
  [/(?<![\w.)}/-])\/(work|root|home|Users)\/\w/, 'a folder of one machine'],
  [/(?<![\w.)}/-])\/tmp\/\w/, 'a folder of one machine'],
];

function forbiddenWords(tree) {
  const found = [];
  for (const { path, text } of tree) {
    // This file spells the patterns out.
    if (path === 'tests/structure/repository_rules.mjs') continue;
    text.split('\n').forEach((line, index) => {
      for (const [pattern, what] of kForbidden) {
        const match = pattern.exec(line);
        if (match) found.push(`${path}:${index + 1} names ${what}: ${match[0]}`);
      }
    });
  }
  return found;
}

function demosWithoutReadme(tree) {
  const paths = tree.map(({ path }) => path);
  const demos = new Set(paths.flatMap((path) => /^demos\/([^/]+)\//.exec(path)?.[1] ?? []));
  if (demos.size === 0) return ['there are no demos'];
  return [...demos]
    .filter((name) => !paths.includes(`demos/${name}/README.md`))
    .map((name) => `demos/${name} has no README.md`);
}

const isSource = ({ path }) => /\.(cpp|hpp|ts|mjs|js|py|css|html)$/.test(path) && !path.includes('__snapshots__');
const kLongest = 400;
const longFiles = (tree) =>
  tree
    .filter(isSource)
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > kLongest)
    .map(({ path, lines }) => `${path} has ${lines} lines, more than ${kLongest}`);

/** Tests that are switched off or narrowed to one do not count as tests. */
const kSwitchedOff = /\b(describe|it|test)\.(only|skip|todo)\(|\bDISABLED_\w+|\bGTEST_SKIP\b|\btest\.fixme\(/;
const switchedOffTests = (tree) =>
  tree
    .filter((file) => /^tests\//.test(file.path) && isSource(file) && !file.path.startsWith('tests/structure/'))
    .filter(({ text }) => kSwitchedOff.test(text))
    .map(({ path, text }) => `${path} switches tests off: ${kSwitchedOff.exec(text)[0]}`);

const required = kRequired.map((path) => ({ path, text: '' }));

export const kRepositoryRules = [
  {
    name: 'the top level holds what the design names',
    check: topLevel,
    broken: [...required, { path: 'tsconfig.json', text: '{}' }],
  },
  {
    name: 'no package host and no folder of one machine is named',
    check: forbiddenWords,
    broken: [{ path: 'README.md', text: `see ${['', 'home', 'someone'].join('/')}/x\n` }],
  },
  {
    name: 'every demo has a README',
    check: demosWithoutReadme,
    broken: [{ path: 'demos/sort/make.py', text: '' }],
  },
  {
    name: `no source file is longer than ${kLongest} lines`,
    check: longFiles,
    broken: [{ path: 'core/io/long.cpp', text: '\n'.repeat(kLongest + 1) }],
  },
  {
    name: 'no test is switched off',
    check: switchedOffTests,
    broken: [{ path: 'tests/plots/map.test.ts', text: "it.only('x', () => {});\n" }],
  },
];
