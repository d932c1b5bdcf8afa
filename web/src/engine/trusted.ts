/** The little of the Trusted Types API that is needed here (https://www.w3.org/TR/trusted-types/). */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): URL };
}

const kPolicyName = 'attention-playground';
const known = new Set<string>();
let policy: { createScriptURL(url: string): URL } | undefined;

/** `url` in the form that `new Worker` takes where a page enforces Trusted Types; itself everywhere else. */
export function trustedScriptUrl(url: URL | string): URL | string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes) return url;
  known.add(String(url));
  policy ??= trustedTypes.createPolicy(kPolicyName, {
    createScriptURL(wanted) {
      if (known.has(wanted)) return wanted;
      throw new TypeError(`${kPolicyName}: ${wanted} is no script of this package`);
    },
  });
  return policy.createScriptURL(String(url));
}
