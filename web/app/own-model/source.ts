import { huggingFaceUrl, isHuggingFaceId } from '../../src/engine/huggingFace.ts';

/** A folder on the network that a visitor named. */
export interface NamedFolder {
  url: URL;
  /** What the visitor would call the model. */
  title: string;
}

const kHubPage = /^\/([\w-][\w.-]*\/[\w-][\w.-]*)(?:\/(?:tree|resolve)\/([\w-][\w.-]*))?\/?$/;

/**
 * What was typed as a folder: a Hugging Face id, the address of its page, or any address; one that begins with `.` or `/` is
 * the site's own, at `base`. Null for what is none of them.
 */
export function readSource(typed: string, base: string): NamedFolder | null {
  const text = typed.trim();
  if (isHuggingFaceId(text)) return { url: huggingFaceUrl(text), title: text };
  if (!/^(https?:\/\/|\.{0,2}\/)/i.test(text)) return null;
  let url: URL;
  let path: string;
  try {
    url = new URL(text, base);
    path = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  const [, id, revision] = (/^(www\.)?huggingface\.co$/.test(url.host) && kHubPage.exec(url.pathname)) || [];
  if (id) return { url: huggingFaceUrl(id, revision), title: id };
  return { url, title: path.split('/').filter(Boolean).at(-1) ?? url.host };
}
