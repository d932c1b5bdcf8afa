import { AttentionError, checkOptions } from './error.ts';
import type { NativeEdit, Sampling } from './native.ts';
import type { GenerateOptions, Step } from './types.ts';

const kOptions = ['maxTokens', 'temperature', 'topK', 'topP', 'seed', 'stop', 'edits', 'signal'] as const;

/** The core counts in 32 bits. */
const kMostKept = 2 ** 31 - 1;

/** What a generation needs of its model. */
export interface Sampler {
  begin(ids: Int32Array, source: Int32Array, sampling: Sampling, edits: NativeEdit[]): number;
  step(handle: number): { id: number; probability: number };
  end(handle: number): void;
}

/** What a generation starts from. */
export interface Start {
  text: string;
  ids: Int32Array;
  /** What an encoder reads; empty without one. */
  source: Int32Array;
  edits: NativeEdit[];
  /** Each ends the text when drawn. */
  endIds: readonly number[];
  /** Tokens that there is room for. */
  room: number;
  write: (id: number) => string;
}

/** One text being written, a token at a time. */
export interface Generation {
  /** The next token, or null when the text is complete. */
  next(): Step | null;
  end(): void;
}

export function checkGenerateOptions(options: GenerateOptions): void {
  checkOptions('generate', options, kOptions);
  const { maxTokens = 40, topK = 0, seed = 0 } = options;
  for (const [name, value] of Object.entries({ maxTokens, topK, seed })) {
    if (!Number.isSafeInteger(value) || value < 0 || (name === 'topK' && value > kMostKept)) {
      throw new AttentionError('argument_range', `${name}: found ${value}, expected a whole number from 0`);
    }
  }
}

export function startGeneration(sampler: Sampler, start: Start, options: GenerateOptions): Generation {
  const { maxTokens = 40, temperature = 1, topK = 0, topP = 1, seed = 0, stop = '' } = options;
  const handle = sampler.begin(start.ids, start.source, { temperature, topK, topP, seed }, start.edits);
  let { text } = start;
  let left = Math.min(maxTokens, start.room);
  return {
    next() {
      if (left <= 0) return null;
      --left;
      const begun = performance.now();
      const { id, probability } = sampler.step(handle);
      const milliseconds = performance.now() - begun;
      if (start.endIds.includes(id)) {
        left = 0;
        return null;
      }
      const token = start.write(id);
      text += token;
      if (stop && token.includes(stop)) left = 0;
      return { id, token, text, probability, milliseconds };
    },
    end() {
      left = 0;
      sampler.end(handle);
    },
  };
}
