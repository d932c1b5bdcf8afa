/** The model families that the core knows, by `model_type`; a test holds this list against the core's own. */
export const modelFamilies = ['gpt2', 'llama', 'bert', 'distilbert', 'vit', 'deit', 'transformer'] as const;

const kReadImages = ['vit', 'deit'];

/** True for a config.json whose model reads images: such a folder holds no tokenizer. False for what is no JSON. */
export function readsImages(config: string): boolean {
  try {
    return kReadImages.includes((JSON.parse(config) as { model_type: string }).model_type);
  } catch {
    return false;
  }
}
