import { placeOf } from '../../src/engine/folder.ts';
import { huggingFaceUrl, isHuggingFaceId } from '../../src/engine/huggingFace.ts';

/** A folder on the network that a visitor named, or a checkpoint of llama2.c. */
export interface NamedSource {
  url: URL;
  /** What the visitor would call the model. */
  title: string;
}

/** A model's page, or that of a folder or file in it: the id, the revision, the path. */
const kHubPage = /^\/([\w-][\w.-]*\/[\w-][\w.-]*)(?:\/(?:tree|blob|resolve)\/([\w-][\w.-]*)(?:\/(.+?))?)?\/?$/;

/**
 * What was typed: a Hugging Face id, the address of its page or of a folder or file in it, or any address; one that begins
 * with `.` or `/` is the site's own, at `base`. Null for what is none of them.
 */
export function readSource(typed: string, base: string): NamedSource | null {
  const text = typed.trim();
  if (isHuggingFaceId(text)) return { url: huggingFaceUrl(text), title: text };
  if (!/^(https?:\/\/|\.{0,2}\/)/i.test(text)) return null;
  let url: URL;
  let path: string;
  try {
    url = new URL(text, base);
    path = decodeURIComponent(placeOf(url).checkpoint?.replace(/\.bin$/i, '') ?? placeOf(url).folder.pathname);
  } catch {
    return null;
  }
  const title = path.split('/').filter(Boolean).at(-1) ?? url.host;
  const [, id, revision, inner = ''] =
    (/^(www\.)?huggingface\.co$/.test(url.host) && kHubPage.exec(url.pathname)) || [];
  if (!id) return { url, title };
  const hub = huggingFaceUrl(id, revision);
  const named = new URL(`./${inner}`, hub);
  const isWhole = placeOf(named).checkpoint === null && placeOf(named).folder.href === hub.href;
  return { url: named, title: isWhole ? id : title };
}
