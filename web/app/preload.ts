import { knowledgeUrls } from './first.ts';
import { modelOf, modelUrl } from './models.ts';

/** Starts to load what the model of the link is made of, while the page's own code is still on its way. */
export function preloadModel(hash: string): void {
  const name = modelOf(hash);
  const files = ['config.json', 'model.safetensors', 'tokenizer.json'].map((file) => new URL(file, modelUrl(name)));
  for (const { href } of name === 'sentences' ? [...files, ...knowledgeUrls()] : files) {
    const link = document.createElement('link');
    document.head.append(Object.assign(link, { rel: 'preload', as: 'fetch', crossOrigin: 'anonymous', href }));
  }
}
