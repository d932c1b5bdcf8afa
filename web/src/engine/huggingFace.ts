import { AttentionError } from './error.ts';

const kHost = 'https://huggingface.co';
/** `owner/name`, or the name alone of a model from before there were owners. */
const kId = /^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/;
const kRevision = /^[\w-][\w./-]*$/;

/** True for what names a model of the Hugging Face hub with its owner. */
export const isHuggingFaceId = (text: string): boolean => text.includes('/') && kId.test(text);

/**
 * The folder of a model on the Hugging Face hub, for `loadModel`. `revision` is a branch, a tag or a commit; `host` another
 * server with the hub's paths. Throws `argument_range`. Files of the hub come from there and from hosts under `hf.co`.
 */
export function huggingFaceUrl(id: string, revision = 'main', host = kHost): URL {
  if (!kId.test(id)) throw wrong('id', id, '"owner/name"');
  if (!kRevision.test(revision) || revision.includes('..'))
    throw wrong('revision', revision, 'a branch, tag or commit');
  return new URL(`/${id}/resolve/${encodeURIComponent(revision)}/`, host);
}

function wrong(what: string, found: string, expected: string): AttentionError {
  return new AttentionError('argument_range', `huggingFaceUrl: found ${what} "${found}", expected ${expected}`);
}
