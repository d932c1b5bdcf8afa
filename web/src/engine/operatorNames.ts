import type { Operators } from './types.ts';

/** The bare operators by name: on this thread the table in operator.ts runs them, in a worker the same. */
export const operatorNames = [
  'attention',
  'matmul',
  'softmax',
  'logSoftmax',
  'layerNorm',
  'rmsNorm',
  'gelu',
  'multiHeadAttention',
  'encoderLayer',
  'rotaryEmbedding',
  'decoderLayer',
  'linearAttention',
  'sharedHeadsAttention',
  'meanOverHeads',
  'attentionRollout',
  'attentionFlow',
  'headEntropy',
  'headDistance',
  'kernelRegression',
  'fitKernelWidth',
  'pairwiseDistances',
  'principalComponents',
  'leaveOneOutVote',
  'fitProjection',
  'imageFilter',
  'filterWeights',
  'imagePatches',
  'convolve',
  'peakSignalToNoise',
  'localFeatures',
  'nonLocalBlock',
] as const satisfies readonly (keyof Operators)[];

export type OperatorName = (typeof operatorNames)[number];
