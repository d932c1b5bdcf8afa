import { readdirSync, readFileSync } from 'node:fs';
import { characterTokenizer } from '../wasm/tokenizers.ts';

/** Folders of models as a visitor drops them: each file's content by its name. */
export type Files = Record<string, string | Uint8Array>;

const kLetters = Array.from({ length: 30 }, (_, i) => String.fromCodePoint(0x61 + i)).join('');
const kMask = {
  id: 30,
  content: '[MASK]',
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
};
const kUnknown = { ...kMask, id: 0, content: '<unk>' };

/** A tiny model of tests/golden with a tokenizer of letters; its last token is `[MASK]`. `more` goes into config.json. */
export function goldenFolder(name: string, more: object = {}): Files {
  const fileOf = (file: string): Buffer => readFileSync(new URL(`../golden/${name}/${file}`, import.meta.url));
  const config = JSON.parse(fileOf('config.json').toString('utf8')) as { image_size?: number };
  const given = { decoder_start_token_id: 1, pad_token_id: 0, ...config, ...more };
  const tokenizer = characterTokenizer(kLetters.slice(0, -1), { added_tokens: [kUnknown, kMask] });
  return {
    'config.json': JSON.stringify(given),
    'model.safetensors': fileOf('model.safetensors'),
    ...(config.image_size ? {} : { 'tokenizer.json': tokenizer }),
  };
}

/** A trained model, with its reference. */
export function demoFolder(name: string): Files {
  const folder = new URL(`../../demos/${name}/model/`, import.meta.url);
  const names = readdirSync(folder).filter((file) => /\.(json|safetensors)$/.test(file));
  return Object.fromEntries(names.map((file) => [file, readFileSync(new URL(file, folder))]));
}
