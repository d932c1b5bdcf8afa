// Who may include whom in core/ and wasm/. A rule: `{name, check(tree) -> complaints, broken: a tree that breaks it}`.
import { findCycle, withoutComments } from './tree.mjs';

/** The layers of core/, each with those it may look down to. */
const kBelow = {
  tensor: [],
  kernels: ['tensor'],
  probe: ['tensor'],
  io: ['tensor'],
  attention: ['probe', 'kernels', 'tensor'],
  position: ['probe', 'kernels', 'tensor'],
  interpretation: ['kernels', 'tensor'],
  smoothing: ['attention', 'kernels', 'tensor'],
  image: ['kernels', 'tensor'],
  layers: ['position', 'attention', 'probe', 'kernels', 'tensor'],
  models: ['layers', 'position', 'attention', 'probe', 'kernels', 'io', 'tensor'],
};
const kLayers = Object.keys(kBelow);

const isCpp = ({ path }) => /\.[ch]pp$/.test(path);
const layerOf = (path) => /^core\/([^/]+)\//.exec(path)?.[1];
const inFolder = (folder) => (file) => isCpp(file) && file.path.startsWith(`${folder}/`);

/** Every include of `text`: `{name, system}`. */
function includesOf(text) {
  const found = withoutComments(text).matchAll(/^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]/gm);
  return [...found].map(([, quote, name]) => ({ name, system: quote === '<' }));
}

/** Complaints about every include in `files` that `judge(path, include)` finds fault with. */
const judgeIncludes = (files, judge) =>
  files.flatMap(({ path, text }) =>
    includesOf(text).flatMap((include) => {
      const fault = judge(path, include);
      return fault ? [`${path} includes ${include.name}: ${fault}`] : [];
    }),
  );

function coreArrow(path, { name, system }) {
  const layer = layerOf(path);
  if (!kLayers.includes(layer)) return `core/${layer} is no layer of the design`;
  if (system) return null;
  const target = name.split('/')[0];
  if (target === layer || kBelow[layer].includes(target)) return null;
  return `${layer} may know only ${[layer, ...kBelow[layer]].join(', ')}`;
}

/** Headers of the standard library that would let the core print, exit to files or start threads. */
const kForbiddenStandard = /^(iostream|ostream|fstream|cstdio|print|thread|mutex|future|atomic|stop_token|semaphore)$/;

function coreSystemInclude(path, { name, system }) {
  if (!system) return null;
  if (/^(xtensor|xtl)\//.test(name)) return null;
  if (name.startsWith('xsimd/') || name === 'wasm_simd128.h') {
    return layerOf(path) === 'kernels' ? null : 'vectors belong to core/kernels';
  }
  if (kForbiddenStandard.test(name)) return 'the core prints nothing, opens nothing and starts no thread';
  return /^[a-z_]+$/.test(name) ? null : 'not a header of the standard library, xtensor or xsimd';
}

const isVariantFile = ({ path, text }) =>
  /^core\/attention\/\w+\.cpp$/.test(path) &&
  !/\/(variants|attention|operator|operands)\.cpp$/.test(path) &&
  isCpp({ path, text });

/** A variant knows the shared headers, never the operator, the table or another variant. */
function variantArrow(path, { name }) {
  const own = path.replace(/^core\//, '').replace(/\.cpp$/, '.hpp');
  const axes = ['scoring', 'normalisation', 'structure', 'threshold', 'quotient'];
  const shared = [...axes.map((axis) => `attention/${axis}.hpp`), own];
  return name.startsWith('attention/') && !shared.includes(name) ? 'variants do not call their neighbours' : null;
}

function includeCycle(tree) {
  const files = tree.filter((file) => isCpp(file) && /^(core|wasm)\//.test(file.path));
  const paths = new Set(files.map(({ path }) => path));
  const resolve = (from, name) =>
    [`core/${name}`, `${from.slice(0, from.lastIndexOf('/'))}/${name}`].filter((path) => paths.has(path));
  const edges = files.map(({ path, text }) => [
    path,
    includesOf(text).flatMap(({ name, system }) => (system ? [] : resolve(path, name))),
  ]);
  const cycle = findCycle(new Map(edges));
  return cycle ? [`includes in a circle: ${cycle.join(' -> ')}`] : [];
}

/** Kernel sources without a trace of xsimd: neither the wrapper's names nor the library's. */
function kernelsWithoutVectors(tree) {
  const kernels = tree.filter(({ path }) => /^core\/kernels\/\w+\.cpp$/.test(path));
  if (kernels.length === 0) return ['core/kernels holds no kernel'];
  const usesVectors = ({ text }) => {
    const includes = includesOf(text).some(({ name }) => name === 'kernels/simd.hpp' || name.startsWith('xsimd/'));
    const code = withoutComments(text).replace(/^[ \t]*#.*$/gm, '');
    return includes && /\b(simd|xsimd)::/.test(code);
  };
  return kernels.filter((file) => !usesVectors(file)).map(({ path }) => `${path} does not compute with xsimd`);
}

/** xtensor owns arrays in core/tensor, makes the position tables and serves as reference in tests. */
function placesWithoutXtensor(tree) {
  const places = { 'core/tensor': /\bxt::xtensor</, 'core/position': /\bxt::\w+/, 'tests/core': /\bxt::\w+/ };
  return Object.entries(places).flatMap(([folder, pattern]) => {
    const code = tree.filter(inFolder(folder)).map(({ text }) => withoutComments(text));
    return code.some((text) => pattern.test(text)) ? [] : [`${folder} does no work with xtensor`];
  });
}

export const kCppRules = [
  {
    name: 'core/: includes look down only',
    check: (tree) => judgeIncludes(tree.filter(inFolder('core')), coreArrow),
    broken: [{ path: 'core/kernels/matmul.cpp', text: '#include "attention/attention.hpp"\n' }],
  },
  {
    name: 'core/ includes the standard library, xtensor and xsimd, nothing that prints or starts threads',
    check: (tree) => judgeIncludes(tree.filter(inFolder('core')), coreSystemInclude),
    broken: [{ path: 'core/layers/linear.cpp', text: '#  include <iostream>\n' }],
  },
  {
    name: 'attention variants do not know each other',
    check: (tree) => judgeIncludes(tree.filter(isVariantFile), variantArrow),
    broken: [{ path: 'core/attention/causal.cpp', text: '#include "attention/sliding.hpp"\n' }],
  },
  {
    name: 'no includes in a circle',
    check: includeCycle,
    broken: [
      { path: 'core/io/a.hpp', text: '#include "io/b.hpp"\n' },
      { path: 'core/io/b.hpp', text: '#include "io/a.hpp"\n' },
    ],
  },
  {
    name: 'Emscripten is included in wasm/ only',
    check: (tree) =>
      judgeIncludes(
        tree.filter((file) => isCpp(file) && !file.path.startsWith('wasm/')),
        (path, { name }) => (/^emscripten(\/|\.h)/.test(name) ? 'only wasm/ knows of it' : null),
      ),
    broken: [{ path: 'core/models/transformer.cpp', text: '#include <emscripten/val.h>\n' }],
  },
  {
    name: 'every kernel computes with xsimd',
    check: kernelsWithoutVectors,
    broken: [{ path: 'core/kernels/sum.cpp', text: '#include "kernels/simd.hpp"\n// simd::Batch\nfloat x;\n' }],
  },
  {
    name: 'xtensor does real work: owning tensors, position tables, references in tests',
    check: placesWithoutXtensor,
    broken: [{ path: 'core/tensor/tensor.hpp', text: '// xt::xtensor<float, 2>\n' }],
  },
];
