import type { Failure } from './live.ts';
import type { MessageKey } from './messages.ts';

/** What was thrown, as the page shows it. */
export function toFailure(attempt: MessageKey, error: unknown): Failure {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return {
    attempt,
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message : String(error),
  };
}
