import { describe, expect, it } from 'vitest';
import { modelFamilies } from '../../web/src/engine/families.ts';
import type { Fetch } from '../../web/src/engine/download.ts';
import { readModel } from '../../web/src/engine/files.ts';
import type { ModelFiles } from '../../web/src/engine/types.ts';
import { huggingFaceUrl, init } from '../../web/src/index.node.ts';
import { codeOf, failureOf } from './errors.ts';
import { configText, kTiny, tinyFolder } from './folder.ts';
import { bytePairFiles, wordPieceFile } from './tokenizers.ts';

const tiny = tinyFolder();
const bytePairs = bytePairFiles();
const vision = JSON.stringify({ model_type: 'vit' });

type Folder = Record<string, string | Uint8Array<ArrayBuffer>>;
const whole: Folder = {
  'config.json': tiny.config,
  'model.safetensors': tiny.weights,
  'tokenizer.json': tiny.tokenizer,
};

function without(folder: Folder, ...names: string[]): Folder {
  return Object.fromEntries(Object.entries(folder).filter(([name]) => !names.includes(name)));
}

/** A server with one folder; notes what it was asked for. */
function serverOf(folder: Folder, asked: string[] = []): Fetch {
  return async (url) => {
    const name = url.pathname.split('/').at(-1)!;
    asked.push(name);
    const body = folder[name];
    if (body === undefined) return new Response(null, { status: 404 });
    return new Response(body, { headers: { 'content-length': String(Buffer.byteLength(body)) } });
  };
}

const fromUrl = (folder: Folder, asked?: string[]): Promise<ModelFiles> =>
  readModel('http://host.example/model', {}, serverOf(folder, asked));
const filesOf = (folder: Folder): File[] => Object.entries(folder).map(([name, body]) => new File([body], name));
const fromFiles = (folder: Folder): Promise<ModelFiles> => readModel(filesOf(folder), {}, serverOf({}));

describe.each([
  ['the address of a folder', fromUrl],
  ['chosen files', fromFiles],
])('%s', (_, read) => {
  const pairs = { ...without(whole, 'tokenizer.json'), ...bytePairs };
  const words = { ...without(whole, 'tokenizer.json'), 'vocab.txt': wordPieceFile() };

  it('gives tokenizer.json as it is, and never asks for other vocabularies beside it', async () => {
    expect((await read({ ...pairs, 'tokenizer.json': tiny.tokenizer })).tokenizer).toBe(tiny.tokenizer);
  });

  it('makes one of vocab.json with merges.txt, or of vocab.txt', async () => {
    const model = (files: ModelFiles) => JSON.parse(files.tokenizer!).model.type;
    expect(model(await read(pairs))).toBe('BPE');
    expect(model(await read(words))).toBe('WordPiece');
    expect(model(await read({ ...words, ...without(bytePairs, 'merges.txt') }))).toBe('WordPiece');
    const cased = await read({ ...words, 'tokenizer_config.json': '{"do_lower_case": false}' });
    expect(JSON.parse(cased.tokenizer!).normalizer.lowercase).toBe(false);
  });

  it('needs no tokenizer for a model of images, and tells how it wants its pixels', async () => {
    const images = { ...without(whole, 'tokenizer.json'), 'config.json': vision };
    const files = await read({ ...images, 'preprocessor_config.json': '{"size": 224}' });
    expect(Object.keys(files).sort()).toEqual(['config', 'preprocessor', 'weights']);
    expect(files.preprocessor).toBe('{"size": 224}');
    expect(Object.keys(await read(images)).sort()).toEqual(['config', 'weights']);
  });

  it('names what is missing', async () => {
    const messages = async (folder: Folder) => (await failureOf(() => read(folder))).message;
    expect(await messages(without(whole, 'config.json'))).toMatch(/^config\.json: found/);
    expect(await messages(without(whole, 'model.safetensors'))).toMatch(/^model\.safetensors: found/);
    const tokenizer = await messages(without(whole, 'tokenizer.json'));
    expect(tokenizer).toMatch(/^tokenizer\.json.*vocab\.json with merges\.txt, or vocab\.txt/);
    expect(await codeOf(() => read({}))).toBe('file_missing');
    expect(await codeOf(() => read({ ...words, 'vocab.txt': 'a\nb' }))).toBe('tokenizer_invalid');
  });
});

it('a folder may be named by a file in it', async () => {
  const server = serverOf(whole);
  for (const file of ['config.json', 'model.safetensors', 'vocab.txt', 'README.md', 'pytorch_model.bin', '']) {
    const asked: string[] = [];
    const noting: Fetch = (url, init) => {
      asked.push(url.pathname);
      return server(url, init);
    };
    expect((await readModel(`http://host.example/model/${file}`, {}, noting)).config).toBe(tiny.config);
    expect(asked).toContain('/model/config.json');
  }
});

describe('chosen files', () => {
  it('keep their weights where they are, and bring what lies beside them', async () => {
    const files = filesOf({ ...whole, 'reference.json': '{}', 'README.md': '?' });
    const read = await readModel(files, {}, serverOf({}));
    expect(read.weights).toBe(files[1]);
    expect(read.reference).toBe('{}');
    const model = await (await init()).loadModel(files);
    expect(model.run('abc').tokens).toEqual(['a', 'b', 'c']);
  });

  it('of a folder come before those of folders in it', async () => {
    const at = (path: string, body: string | Uint8Array<ArrayBuffer>) =>
      Object.defineProperty(new File([body], path.split('/').at(-1)!), 'webkitRelativePath', { value: path });
    const inner = at('model/onnx/config.json', '{"inner": true}');
    const files = [inner, ...Object.entries(whole).map(([name, body]) => at(`model/${name}`, body))];
    expect((await readModel(files, {}, serverOf({}))).config).toBe(tiny.config);
  });

  it('are named where there are none of a model', async () => {
    const { message } = await failureOf(() => fromFiles({ 'a.gguf': 'x', 'sub/pytorch_model.bin': 'y' }));
    expect(message).toBe(
      'config.json, model.safetensors, tokenizer.json (or vocab.json with merges.txt, or vocab.txt): found a.gguf, ' +
        'pytorch_model.bin, expected config.json, model.safetensors, tokenizer.json, or a checkpoint of llama2.c',
    );
  });

  it('tell their bytes, and can be given up', async () => {
    const seen: [number, number][] = [];
    await readModel(filesOf(whole), { onProgress: (...bytes) => seen.push(bytes) }, serverOf({}));
    const all = Object.values(whole).reduce((sum, body) => sum + Buffer.byteLength(body), 0);
    expect(seen.at(-1)).toEqual([all, all]);
    const controller = new AbortController();
    const reading = readModel(filesOf(whole), { signal: controller.signal }, serverOf({}));
    controller.abort('enough');
    await expect(reading).rejects.toBe('enough');
  });
});

describe('a download', () => {
  /** An answer of so many bytes that are made as they are read. */
  const endless = (bytes: number, headers: HeadersInit = {}): Response => {
    const piece = new Uint8Array(2 ** 20);
    let left = bytes;
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      if (left <= 0) return controller.close();
      controller.enqueue(piece.subarray(0, Math.min(left, piece.length)));
      left -= piece.length;
    };
    return new Response(new ReadableStream({ pull }), { headers });
  };
  const weightsFrom = (answer: () => Response): Fetch => {
    const others = serverOf(whole);
    return (url, init) => (url.pathname.endsWith('.safetensors') ? Promise.resolve(answer()) : others(url, init));
  };

  it('of more than 64 MiB is a Blob, whether its size is known or not, and tells its bytes', async () => {
    const size = 65 * 2 ** 20;
    const kinds: Record<string, string>[] = [{ 'content-length': String(size) }, { 'content-encoding': 'br' }, {}];
    for (const headers of kinds) {
      const seen: [number, number][] = [];
      const onProgress = (...bytes: [number, number]) => seen.push(bytes);
      const { weights } = await readModel(
        'http://h/',
        { onProgress },
        weightsFrom(() => endless(size, headers)),
      );
      expect([weights instanceof Blob, (weights as Blob).size]).toEqual([true, size]);
      const small = Buffer.byteLength(tiny.config) + Buffer.byteLength(tiny.tokenizer);
      expect(seen.at(-1)).toEqual([size + small, 'content-length' in headers ? size + small : 0]);
      expect(seen.length).toBeGreaterThan(60);
    }
  });

  it('of less is bytes, and so is one that turns out longer than it promised', async () => {
    for (const headers of [[['content-length', '1000']], []] as [string, string][][]) {
      const { weights } = await readModel(
        'http://h/',
        {},
        weightsFrom(() => endless(2 ** 21 + 5, headers)),
      );
      expect([weights instanceof Uint8Array, (weights as Uint8Array).length]).toEqual([true, 2 ** 21 + 5]);
    }
  });

  it('can be given up while it runs', async () => {
    const controller = new AbortController();
    const onProgress = (loaded: number) => loaded > 2 ** 23 && controller.abort('enough');
    const options = { onProgress, signal: controller.signal };
    const fetch: Fetch = async (url, init) => {
      const answer = await weightsFrom(() => endless(2 ** 40))(url, init);
      if (!answer.body) return answer;
      return new Response(answer.body.pipeThrough(new TransformStream(), { signal: init.signal }));
    };
    await expect(readModel('http://h/', options, fetch)).rejects.toBe('enough');
  });
});

describe('the hub of Hugging Face', () => {
  it('keeps a model in a folder of its files', async () => {
    expect(huggingFaceUrl('roneneldan/TinyStories-1M').href).toBe(
      'https://huggingface.co/roneneldan/TinyStories-1M/resolve/main/',
    );
    expect(huggingFaceUrl('gpt2', 'v1.0').href).toBe('https://huggingface.co/gpt2/resolve/v1.0/');
    expect(huggingFaceUrl('a/b', 'refs/pr/1', 'http://localhost:1').href).toBe(
      'http://localhost:1/a/b/resolve/refs%2Fpr%2F1/',
    );
  });

  it.each(['', '/', 'a/', '../..', 'a/../b', 'a/b/c', 'https://evil.example/a', 'a b/c', 'a/b?c', '.a/b'])(
    'has no model %j',
    async (id) => expect(await codeOf(() => huggingFaceUrl(id))).toBe('argument_range'),
  );

  it.each(['', '..', 'a/../b', 'a b', '?x'])('has no revision %j', async (revision) =>
    expect(await codeOf(() => huggingFaceUrl('a/b', revision))).toBe('argument_range'),
  );
});

it('the families that are named to visitors are the core’s', async () => {
  const config = configText(kTiny, { model_type: 'nonsense' });
  const { message } = await failureOf(async () => (await init()).loadModel({ ...tiny, config }));
  expect(message).toMatch(new RegExp(`expected one of ${modelFamilies.join(', ')}$`));
});
