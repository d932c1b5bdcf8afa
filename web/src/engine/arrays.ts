import type { Core } from './core.ts';
import { AttentionError } from './error.ts';
import type { NativeArray, NativeModule } from './native.ts';
import type { Held, Operand, Tensor } from './types.ts';

const kMaxRank = 4;
/** A place whose array is larger (in numbers) is emptied after the call. */
const kKept = 1 << 20;
/** Of a number in the module's memory. */
const kBytes = Float32Array.BYTES_PER_ELEMENT;

/** An array that stays in the module's memory between calls. */
export class HeldArray implements Held {
  readonly #arrays: Arrays;
  #native: NativeArray | null;

  constructor(arrays: Arrays, native: NativeArray) {
    this.#arrays = arrays;
    this.#native = native;
  }

  get shape(): number[] {
    return this.#arrays.core.call(() => this.native(this.#arrays).shape());
  }

  read(): Tensor {
    return this.#arrays.core.call((module) => readArray(module, this.native(this.#arrays)));
  }

  write(data: Float32Array): void {
    this.#arrays.core.call((module) => {
      const native = this.native(this.#arrays);
      const shape = native.shape();
      checkLength('write', data.length, sizeOf(shape));
      write(module, native, { shape, data });
    });
  }

  dispose(): void {
    const native = this.#native;
    this.#native = null;
    if (native && !this.#arrays.core.brokenBy && !this.#arrays.core.disposed) native.delete();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The array in the module of `arrays`. Throws `disposed`; `argument_type` for an array of another engine. */
  native(arrays: Arrays): NativeArray {
    if (!this.#native) throw new AttentionError('disposed', 'this held array was disposed');
    if (arrays !== this.#arrays) throw new AttentionError('argument_type', 'a held array belongs to another engine');
    return this.#native;
  }
}

/** Where operands lie while an operator works: a few arrays of the module that are used again and again. */
export class Arrays {
  readonly core: Core;
  readonly #places: NativeArray[] = [];

  constructor(core: Core) {
    this.core = core;
  }

  hold(tensor: Tensor): HeldArray {
    checkTensor('hold', tensor);
    return this.core.call((module) => new HeldArray(this, write(module, this.#make(module), tensor)));
  }

  /**
   * Runs `work` on operands in the module's memory, the results' places after them, and gives the results: in `out`
   * where given (then that very object), else fresh.
   */
  operate(
    operands: Record<string, Operand>,
    results: readonly (Operand | undefined)[],
    work: (module: NativeModule, inputs: NativeArray[], outputs: NativeArray[]) => void,
  ): Operand[] {
    for (const [name, operand] of Object.entries(operands)) {
      if (!(operand instanceof HeldArray)) checkTensor(name, operand as Tensor);
    }
    for (const out of results) {
      if (out === undefined || out instanceof HeldArray || (out as Tensor | null)?.data instanceof Float32Array)
        continue;
      throw new AttentionError('argument_type', 'out: expected a held array, or {shape, data: Float32Array}');
    }
    return this.core.call((module) => {
      let used = 0;
      let large = false;
      const place = () => (this.#places[used++] ??= this.#make(module));
      const inputs = Object.values(operands).map((operand) =>
        operand instanceof HeldArray ? operand.native(this) : write(module, place(), operand as Tensor),
      );
      const outputs = results.map((out) => (out instanceof HeldArray ? out.native(this) : place()));
      try {
        work(module, inputs, outputs);
        const taken = results.map((out, i) => take(module, out, outputs[i]!));
        large = [...Object.values(operands), ...taken].some((x) => 'data' in x && x.data.length > kKept);
        return taken;
      } finally {
        if (large) this.#places.forEach((native) => native.resize(1, 0, 0, 0, 0));
      }
    });
  }

  #make(module: NativeModule): NativeArray {
    const native = module.Array.make()!;
    this.core.adopt(native);
    return native;
  }
}

function write(module: NativeModule, native: NativeArray, { shape, data }: Tensor): NativeArray {
  const address = native.resize(shape.length, shape[0] ?? 0, shape[1] ?? 0, shape[2] ?? 0, shape[3] ?? 0);
  module.HEAPF32.set(data, address / kBytes);
  return native;
}

function readArray(module: NativeModule, native: NativeArray): Tensor {
  const shape = native.shape();
  const begin = native.address() / kBytes;
  return { shape, data: module.HEAPF32.slice(begin, begin + sizeOf(shape)) };
}

function take(module: NativeModule, out: Operand | undefined, native: NativeArray): Operand {
  if (!out) return readArray(module, native);
  if (out instanceof HeldArray) return out;
  const { data } = out as Tensor;
  const shape = native.shape();
  checkLength('out', data.length, sizeOf(shape));
  const begin = native.address() / kBytes;
  data.set(module.HEAPF32.subarray(begin, begin + data.length));
  return { shape, data };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function checkLength(name: string, found: number, expected: number): void {
  if (found !== expected) {
    throw new AttentionError('argument_shape', `${name}: found ${found} numbers, expected ${expected}`);
  }
}

export function checkTensor(
  name: string,
  tensor: { shape: readonly number[]; data: Float32Array | Uint8Array },
  bytes = false,
): void {
  const { shape, data } = tensor ?? {};
  if (!Array.isArray(shape) || !(data instanceof Float32Array || (bytes && data instanceof Uint8Array))) {
    throw new AttentionError('argument_type', `${name}: expected {shape: number[], data: Float32Array}`);
  }
  const lengths = shape.every((length) => Number.isInteger(length) && length >= 0 && length <= 1e9);
  const size = sizeOf(shape);
  if (!lengths || shape.length > kMaxRank || size !== data.length) {
    throw new AttentionError(
      'argument_shape',
      `${name}: found ${data.length} numbers for the shape (${shape.join(', ')}), expected ${size} and at most ${kMaxRank} axes of whole lengths`,
    );
  }
}
