import type { Arrays } from './arrays.ts';
import { checkCount, checkKind, checkParams, readOptions } from './checks.ts';
import { checkOptions } from './error.ts';
import type {
  FilterOptions,
  FilterWeights,
  ImageFilterOptions,
  NoiseOptions,
  Operand,
  PatchOptions,
  Tensor,
} from './types.ts';

/** What is computed on images; the core checks all but the kinds of the options and the names of a filter's numbers. */
export const imageOperators = {
  imageFilter,
  filterWeights,
  imagePatches,
  convolve: (arrays: Arrays, image: Operand, kernel: Operand) => run(arrays, 'convolve', { image, kernel }),
  peakSignalToNoise,
  localFeatures: (arrays: Arrays, image: Operand) => run(arrays, 'localFeatures', { image }),
};

function run(arrays: Arrays, name: string, operands: Record<string, Operand>, numbers: number[] = []): Tensor {
  const [result] = arrays.operate(operands, [undefined], (module, inputs, outputs) =>
    module.operate(name, inputs, numbers, outputs),
  );
  return result as Tensor;
}

/** The name of the filter, its parameters checked; the core names the filters there are. */
function filterOf(arrays: Arrays, { filter = 'non_local_means', params }: FilterOptions): string {
  checkKind('filter', filter, 'string');
  const row = arrays.core.call((module) => module.imageFilters()).find(({ name }) => name === filter);
  if (row && params !== undefined) checkParams(filter, row.params, params);
  return filter;
}

function imageFilter(arrays: Arrays, image: Operand, options: ImageFilterOptions = {}): Tensor {
  checkOptions('imageFilter', options, ['filter', 'params', 'firstRow', 'rows']);
  const { params, firstRow = 0, rows } = options;
  checkCount('firstRow', firstRow, 0);
  if (rows !== undefined) checkCount('rows', rows, 1);
  const filter = filterOf(arrays, options);
  const [result] = arrays.operate({ image }, [undefined], (module, [nimage], [out]) =>
    module.imageFilter(filter, params, nimage!, firstRow, rows ?? 0, out!),
  );
  return result as Tensor;
}

function filterWeights(
  arrays: Arrays,
  image: Operand,
  row: number,
  column: number,
  options: FilterOptions = {},
): FilterWeights {
  checkOptions('filterWeights', options, ['filter', 'params']);
  checkCount('row', row, 0);
  checkCount('column', column, 0);
  const filter = filterOf(arrays, options);
  const places = [undefined, undefined, undefined, undefined];
  const results = arrays.operate({ image }, places, (module, [nimage], outputs) =>
    module.filterWeights(filter, options.params, nimage!, row, column, outputs),
  );
  const [distances, weights, sum, value] = results as [Tensor, Tensor, Tensor, Tensor];
  return { distances, weights, sum: sum.data[0]!, value };
}

function imagePatches(arrays: Arrays, image: Operand, options: PatchOptions = {}): Tensor {
  const { size = 5 } = readOptions('imagePatches', options, { size: 'number' });
  return run(arrays, 'imagePatches', { image }, [size]);
}

function peakSignalToNoise(arrays: Arrays, image: Operand, reference: Operand, options: NoiseOptions = {}): number {
  const { peak = 1 } = readOptions('peakSignalToNoise', options, { peak: 'number' });
  return run(arrays, 'peakSignalToNoise', { image, reference }, [peak]).data[0]!;
}
