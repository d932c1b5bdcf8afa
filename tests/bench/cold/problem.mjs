// The same small attention for all: keys all alike, so that each output is the mean of the values, which is 1.
export const kHeads = 2;
export const kTokens = 16;
export const kWidth = 16;
export const kShape = [kHeads, kTokens, kWidth];
const count = kHeads * kTokens * kWidth;
const filled = (value) =>
  Float32Array.from({ length: count }, (_, index) => value(Math.floor(index / kWidth) % kTokens));
export const q = filled((token) => token / kTokens);
export const k = filled(() => 0.5);
export const v = filled((token) => (2 * token) / (kTokens - 1));
export const kExpected = 1;
