/** Made while building by web/scripts/formulas.mjs. */
declare module 'virtual:formulas' {
  /** MathML by the TeX that it was made from. */
  export const mathml: Record<string, string>;
  /** Functions of the core by name. */
  export const code: Record<string, { file: string; line: number; text: string }>;
}
