import type { Lang } from '../settings.ts';

const en = {
  title: 'Open your own model',
  about: 'Families {families}, with weights in F32, F16 or BF16. What you choose stays on this computer.',
  close: 'Close',
  computer: 'From this computer',
  folder: 'Choose a folder…',
  files: 'Choose files…',
  formats:
    'config.json, model.safetensors and tokenizer.json (or vocab.json with merges.txt, or vocab.txt); or a llama2.c .bin with its tokenizer.bin. You may also drop them anywhere on the page.',
  network: 'From the network',
  address: 'Hugging Face id, or the address of a folder or llama2.c .bin',
  fetch: 'Fetch',
  fetchFrom: 'Fetch from {host}',
  quiet: 'Nothing is requested before you press. Then the host learns your address, and which model you asked for.',
  policy: 'The content policy of this page does not let it ask {host}.',
  choices: 'How it is opened',
  keepsNext: 'Keep what I open next, to open it again offline',
  rounds: 'Round its matrices to int8: least memory, quickest to write, every number a little off',
  opening: 'Opening…',
  cancel: 'Cancel',
  kept: 'Kept in this browser',
  open: 'Open',
  openNamed: 'Open {name}',
  delete: 'Delete',
  deleteNamed: 'Delete {name}',
  keep: 'Keep',
  keepNamed: 'Keep {name} in this browser',
  openNow: 'open now, not kept',
  saving: 'Keeping…',
  failedKeep: 'The model could not be kept',
  failedKept: 'What is kept could not be read',
};

export type OwnKey = keyof typeof en;

const zh: Record<OwnKey, string> = {
  title: '打开你自己的模型',
  about: '支持的模型家族：{families}；权重可以是 F32、F16 或 BF16。你选的文件不会离开这台电脑。',
  close: '关闭',
  computer: '从这台电脑',
  folder: '选择文件夹…',
  files: '选择文件…',
  formats:
    '需要 config.json、model.safetensors 和 tokenizer.json（或 vocab.json 加 merges.txt，或 vocab.txt）；也可以是 llama2.c 的 .bin 和它的 tokenizer.bin。还可以把文件直接拖进页面。',
  network: '从网络',
  address: 'Hugging Face 模型名，或文件夹、llama2.c 的 .bin 的网址',
  fetch: '取',
  fetchFrom: '从 {host} 取',
  quiet: '按下之前不发出任何请求。按下之后，对方会知道你的网络地址，以及你要的是哪个模型。',
  policy: '本页的内容安全策略不允许访问 {host}。',
  choices: '怎样打开',
  keepsNext: '接下来打开的模型也存下来，以后离线也能打开',
  rounds: '把矩阵舍入成 int8：最省内存，写得最快，但每个数都会差一点',
  opening: '正在打开…',
  cancel: '取消',
  kept: '存在这个浏览器里的模型',
  open: '打开',
  openNamed: '打开 {name}',
  delete: '删除',
  deleteNamed: '删除 {name}',
  keep: '保存',
  keepNamed: '保存 {name} 到这个浏览器里',
  openNow: '正在使用，还没有保存',
  saving: '正在保存…',
  failedKeep: '模型没能保存下来',
  failedKept: '保存的模型没能读出来',
};

export type SayOwn = (key: OwnKey, values?: Record<string, string>) => string;

/** The messages of the dialog, which come with it. */
export function ownSayer(lang: Lang): SayOwn {
  const messages = lang === 'zh' ? zh : en;
  return (key, values = {}) => messages[key].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
