/** What every entry of the package offers beside `init`. */
export { AttentionError, engineErrorCodes, type EngineErrorCode } from './error.ts';
export { huggingFaceUrl } from './huggingFace.ts';
export type { Init } from './init.ts';
export {
  checkReference,
  type ExpectedStation,
  type ReferenceCheck,
  type ReferenceInput,
  type StationDifference,
} from './reference.ts';
export { maxTextLength } from './text/limits.ts';
export type * from './types.ts';
