/**
 * Images are `(height, width)` or `(height, width, channels)`, 1 to 4 channels, at most 2^22 pixels, numbers usually 0 to
 * 1; pixels that are not finite, or beyond 1e15, are refused. Beyond its edges an image goes on mirrored, the pixels at
 * the edge not repeated.
 */
import type { Operand, Tensor } from './tensorTypes.ts';

export interface FilterOptions {
  /** Name of a row of `imageFilters()`; default `'non_local_means'`. */
  filter?: string;
  /** Numbers for the row's parameters, by name; those not given are the row's own. */
  params?: Record<string, number>;
}

export interface ImageFilterOptions extends FilterOptions {
  /** The first row of the image to filter; default 0. */
  firstRow?: number;
  /** How many rows; default the rest. */
  rows?: number;
}

/** How one pixel is averaged: the window `(side, side)` around it. */
export interface FilterWeights {
  /**
   * What weights fall with, squared: pixels between the places (`mean`, `gaussian`), or the mean difference of colours
   * (`bilateral`) or of patches (`non_local_means`); `Infinity` outside the image.
   */
  distances: Tensor;
  /** 1 for the pixel itself, 0 outside the image. */
  weights: Tensor;
  /** Of the weights. */
  sum: number;
  /** The filtered pixel, `(channels)`. */
  value: Tensor;
}

export interface PatchOptions {
  /** Side of a patch, odd, up to 31; default 5. */
  size?: number;
}

export interface NoiseOptions {
  /** The largest value that a pixel can have; default 1. */
  peak?: number;
}

export interface ImageOperators {
  /** The filtered rows, `(rows, width)` or `(rows, width, channels)`. */
  imageFilter(image: Operand, options?: ImageFilterOptions): Tensor;
  /** Distances and weights of one pixel of `imageFilter`. */
  filterWeights(image: Operand, row: number, column: number, options?: FilterOptions): FilterWeights;
  /** The patch around each pixel as a row: `(height * width, size * size * channels)`, channels of a pixel together. */
  imagePatches(image: Operand, options?: PatchOptions): Tensor;
  /**
   * Each channel with `kernel` `(k, k)`, k odd up to 31, as neural networks convolve: a correlation, the kernel is not
   * turned round. The result has the image's shape.
   */
  convolve(image: Operand, kernel: Operand): Tensor;
  /** Peak signal-to-noise ratio of images of one shape, in decibels; `Infinity` for equal ones. */
  peakSignalToNoise(image: Operand, reference: Operand, options?: NoiseOptions): number;
  /**
   * Features `(height * width, 8)` of each pixel from g, the mean of its channels: g; g blurred by Gaussians of sigma 1
   * and 2; the Sobel derivatives along x and y; the Laplacian; the standard deviation in 5 x 5 pixels; g minus the mean of
   * 5 x 5 pixels. Each has mean 0 and variance 1 over the image; one that does not vary is zeros.
   */
  localFeatures(image: Operand): Tensor;
}

/** The same on plain data in a worker. */
export interface WorkerImageOperators {
  imageFilter(image: Tensor, options?: ImageFilterOptions): Promise<Tensor>;
  filterWeights(image: Tensor, row: number, column: number, options?: FilterOptions): Promise<FilterWeights>;
  imagePatches(image: Tensor, options?: PatchOptions): Promise<Tensor>;
  convolve(image: Tensor, kernel: Tensor): Promise<Tensor>;
  peakSignalToNoise(image: Tensor, reference: Tensor, options?: NoiseOptions): Promise<number>;
  localFeatures(image: Tensor): Promise<Tensor>;
}
