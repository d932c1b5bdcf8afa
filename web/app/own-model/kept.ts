/**
 * Models that the visitor keeps in this browser, in IndexedDB: it takes files as they are, and works on pages without HTTPS
 * and, where the browser allows it, in private windows. Errors are `storage_full` and `storage_refused`.
 */
import { AttentionError } from '../../src/engine/error.ts';
import type { ModelFiles } from '../../src/engine/types.ts';
import { megabytes } from '../messages.ts';

export interface KeptModel {
  name: string;
  bytes: number;
}

interface KeptFiles extends ModelFiles {
  weights: Blob;
}

const kDatabase = 'attention-playground-models';
/** Names and sizes apart from the files, so that a list reads no weights. */
const kList = 'list';
const kFiles = 'files';

/** The models, by name. */
export async function listKept(): Promise<KeptModel[]> {
  return inStores('readonly', (list) => list.getAll() as IDBRequest<KeptModel[]>);
}

/** Keeps a model under `name`, or under that name with a number where another model has it. */
export async function keepModel(name: string, files: ModelFiles): Promise<KeptModel> {
  const weights = files.weights instanceof Blob ? files.weights : new Blob([files.weights as BlobPart]);
  const texts = [files.config, files.tokenizer, files.preprocessor, files.reference].map(
    (text) => new Blob([text ?? '']),
  );
  const bytes = [weights, ...texts].reduce((sum, { size }) => sum + size, 0);
  const taken = new Map((await listKept()).map((kept) => [kept.name, kept.bytes]));
  let free = name;
  for (let number = 2; taken.has(free) && taken.get(free) !== bytes; ++number) free = `${name} (${number})`;
  const kept = { name: free, bytes };
  await inStores('readwrite', (list, all) => {
    all.put({ ...files, weights }, free);
    return list.put(kept);
  });
  return kept;
}

/** Larger weights are left where they are kept. */
const kLargestCopy = 64 * 2 ** 20;

/** The files of a kept model. In Firefox they end with its entry, unless they were small enough to be copied. */
export async function readKept(name: string): Promise<ModelFiles> {
  const files = await inStores('readonly', (_, all) => all.get(name) as IDBRequest<KeptFiles | undefined>);
  if (!files) throw new AttentionError('storage_refused', `${name}: found nothing under this name`);
  if (files.weights.size > kLargestCopy) return files;
  return { ...files, weights: new Uint8Array(await files.weights.arrayBuffer()) };
}

export async function deleteKept(name: string): Promise<void> {
  await inStores('readwrite', (list, all) => {
    all.delete(name);
    return list.delete(name);
  });
}

/** The result of `work`, once all that it asked for has happened. */
async function inStores<T>(
  mode: IDBTransactionMode,
  work: (list: IDBObjectStore, files: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  let database: IDBDatabase | undefined;
  try {
    database = await openDatabase();
    const transaction = database.transaction([kList, kFiles], mode);
    const request = work(transaction.objectStore(kList), transaction.objectStore(kFiles));
    return await new Promise<T>((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? request.error ?? new Error('it was given up'));
    });
  } catch (error) {
    throw await explained(error);
  } finally {
    database?.close();
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(kDatabase, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(kList, { keyPath: 'name' });
      request.result.createObjectStore(kFiles);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function explained(error: unknown): Promise<AttentionError> {
  const { name, message } = (error ?? {}) as Partial<Error>;
  if (name !== 'QuotaExceededError') {
    const problem = `the browser does not let this page keep anything (${message || name || String(error)})`;
    return new AttentionError('storage_refused', problem, { cause: error });
  }
  const nothing: StorageEstimate = {};
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.().catch(() => nothing)) ?? nothing;
  const left = quota > 0 ? `: found ${megabytes(Math.max(0, quota - usage))} left of ${megabytes(quota)}` : '';
  return new AttentionError('storage_full', `this browser has no room for the model${left}`, { cause: error });
}
