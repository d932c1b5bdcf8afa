/** The code of what `action` throws or rejects with; 'none' if it succeeds. */
export async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    const { name, code } = error as { name: string; code?: string };
    return name === 'AttentionError' ? String(code) : `unnamed ${String(error)}`;
  }
  return 'none';
}

/** Code and message of the AttentionError that `action` throws or rejects with. */
export async function failureOf(action: () => unknown): Promise<{ code: string; message: string }> {
  try {
    await action();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
  return { code: 'none', message: '' };
}
