import { AttentionError } from './error.ts';
import type { Build, InitOptions } from './types.ts';

/** A compiled module. Threads may share it; each makes an instance of its own. */
export interface CompiledCore {
  module: WebAssembly.Module;
  build: Build;
}

/** Where the two builds lie, and how this environment gets a module from there. */
export interface Binaries {
  simd: URL;
  relaxed: URL;
  compile(url: URL): Promise<WebAssembly.Module>;
}

/** (module (func (result v128) i32.const 0 i8x16.splat (twice) i8x16.relaxed_swizzle)) */
export const kRelaxedProbe = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  15,
  1,
  13,
  0,
  65,
  0,
  253,
  15,
  65,
  0,
  253,
  15,
  253,
  128,
  2,
  11,
);

const compiled = new Map<string, Promise<CompiledCore>>();

/** The module that `options` ask for, compiled once for everybody on the page. Throws `engine_unsupported`, `file_fetch`. */
export function compileCore(binaries: Binaries, options: InitOptions): Promise<CompiledCore> {
  if (options.wasmBinary) return compileBytes(options.wasmBinary, options.build ?? 'simd');
  const key = `${options.build ?? 'best'} ${options.wasmUrl ?? ''}`;
  let promise = compiled.get(key);
  if (!promise) {
    promise = chooseCore(binaries, options);
    // A failed download may be tried again.
    promise.catch(() => compiled.delete(key));
    compiled.set(key, promise);
  }
  return promise;
}

async function chooseCore(binaries: Binaries, { build, wasmUrl }: InitOptions): Promise<CompiledCore> {
  const get = async (url: URL, as: Build): Promise<CompiledCore> => ({
    module: await binaries.compile(url),
    build: as,
  });
  if (wasmUrl) return named(get(new URL(wasmUrl, globalThis.location?.href), build ?? 'simd'));
  if (build === 'relaxed-simd') return named(get(binaries.relaxed, build));
  // The tiny probe only spares older engines a download; whether the real module compiles is what decides.
  if (!build && WebAssembly.validate(kRelaxedProbe)) {
    try {
      return await get(binaries.relaxed, 'relaxed-simd');
    } catch (error) {
      if (!(error instanceof WebAssembly.CompileError)) throw error;
    }
  }
  return named(get(binaries.simd, 'simd'));
}

function compileBytes(bytes: BufferSource, build: Build): Promise<CompiledCore> {
  return named(WebAssembly.compile(bytes).then((module) => ({ module, build })));
}

async function named(promise: Promise<CompiledCore>): Promise<CompiledCore> {
  try {
    return await promise;
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    const message = `this browser refuses the module: ${error.message}. It needs WebAssembly with SIMD, and a content policy that allows 'wasm-unsafe-eval'`;
    throw new AttentionError('engine_unsupported', message, { cause: error });
  }
}

/** Fetches and compiles while the bytes arrive; servers that send another type than application/wasm are served too. */
export async function compileFromUrl(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url, { credentials: 'same-origin' }).catch((error: Error) => {
    throw new AttentionError('file_fetch', `${url.href} could not be reached (${error.message})`, { cause: error });
  });
  if (!response.ok) throw new AttentionError('file_fetch', `${url.href} answered with status ${response.status}`);
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('application/wasm')) return WebAssembly.compileStreaming(response);
  if (type.startsWith('text/html'))
    throw new AttentionError('file_fetch', `${url.href}: found a web page, expected a WebAssembly module`);
  return WebAssembly.compile(await response.arrayBuffer());
}
