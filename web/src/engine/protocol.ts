import type { PlainError } from './error.ts';
import type { CompiledCore } from './compile.ts';
import type { FailureKind } from './native.ts';
import type { OperatorName } from './operatorNames.ts';
import type {
  Encoded,
  Encoding,
  GenerateOptions,
  ImageFilter,
  LoadOptions,
  ModelFiles,
  ModelInfo,
  ModelInput,
  Run,
  RunOptions,
  SmoothingKernel,
  Step,
  Tensor,
  TextInput,
  Variant,
} from './types.ts';

/** What a page may ask of a worker: each method's arguments and result. Models and generations go by number. */
export interface Methods {
  start(compiled: CompiledCore): { encodings: Encoding[] };
  variants(): Variant[];
  smoothingKernels(): SmoothingKernel[];
  imageFilters(): ImageFilter[];
  operate(operator: OperatorName, args: unknown[]): unknown;
  table(name: string, tokens: number, width: number, params?: Record<string, number>, weight?: Tensor): Tensor;
  load(files: ModelFiles, quantize?: LoadOptions['quantize']): { model: number; info: ModelInfo };
  encode(model: number, input: ModelInput): Encoded;
  run(model: number, input: ModelInput, options?: RunOptions): Run;
  begin(model: number, input: string | TextInput, options?: GenerateOptions): number;
  step(generation: number): Step | null;
  end(generation: number): void;
  dispose(model: number): void;
  /** Fails on purpose, for tests of recovery. */
  fail(kind: FailureKind): void;
}

export type Method = keyof Methods;

/** From the page to the worker. `cancel` names a call that nobody waits for any more. */
export type Request = { id: number; method: Method; args: unknown[] } | { cancel: number };

/**
 * From the worker to the page. `fatal` says why the instance can no longer be used; `within` announces work on a visitor's
 * file that must end within so many milliseconds, 0 that it has.
 */
export type Answer =
  { id: number; result: unknown } | { id: number; error: PlainError } | { fatal: string } | { within: number };

/** A worker, or what stands in for one. */
export interface Port {
  post(request: Request, transfer: Transferable[]): void;
  /** Set by the owner: hears every answer. */
  onAnswer: (answer: Answer) => void;
  /** Set by the owner: hears that the worker itself failed. */
  onFailure: (reason: string) => void;
  close(): void;
}
