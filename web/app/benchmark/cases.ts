/** What is measured: each row of the page, before anybody computes it. Shared by the page and its worker. */

export type Kind = 'matmul' | 'matvec' | 'attention' | 'causal' | 'softmax' | 'layerNorm' | 'gelu';

/** `io`: from a `Float32Array` of JavaScript's to another. `held`: operands and result stay in the module's memory. */
export type Form = 'io' | 'held';

export interface Case {
  /** As links name it. */
  name: string;
  kind: Kind;
  /** Matrix products: rows, inner length, columns. Attention: tokens. The others: rows, columns. */
  size: readonly number[];
  /** As the table shows it. */
  label: string;
  forms: readonly Form[];
  /** Floating point operations of one call; 0 where counting them says nothing. */
  flops: number;
}

/** A case in one form: a line of the table. */
export interface Measurement {
  row: Case;
  form: Form;
}

export const heads = 8;
export const headWidth = 64;

function matmul(n: number): Case {
  const forms = ['io', 'held'] as const;
  return { name: `matmul ${n}`, kind: 'matmul', size: [n, n, n], label: `${n} × ${n}`, forms, flops: 2 * n ** 3 };
}

function matvec(k: number, n: number): Case {
  const name = `matvec ${k}x${n}`;
  return { name, kind: 'matvec', size: [1, k, n], label: `${k} × ${n}`, forms: ['io'], flops: 2 * k * n };
}

/** Of a causal pattern only the cells that are computed count: T (T + 1) / 2 a head. */
function attention(tokens: number, kind: 'attention' | 'causal'): Case {
  const cells = kind === 'causal' ? (tokens * (tokens + 1)) / 2 : tokens ** 2;
  const flops = 4 * heads * cells * headWidth;
  return { name: `${kind} ${tokens}`, kind, size: [tokens], label: String(tokens), forms: ['io'], flops };
}

function rowwise(name: string, kind: Kind, rows: number, columns: number): Case {
  return { name, kind, size: [rows, columns], label: `${rows} × ${columns}`, forms: ['io'], flops: 0 };
}

export const cases: readonly Case[] = [
  ...[64, 128, 256, 512, 1024].map(matmul),
  matvec(768, 768),
  matvec(768, 3072),
  ...[16, 64, 128, 256, 512, 1024].map((tokens) => attention(tokens, 'attention')),
  ...[128, 256, 512, 1024].map((tokens) => attention(tokens, 'causal')),
  rowwise('softmax 1024x1024', 'softmax', 1024, 1024),
  rowwise('layer norm 1024x768', 'layerNorm', 1024, 768),
  rowwise('GELU 1e6', 'gelu', 1000, 1000),
];

export function measurementsOf(rows: readonly Case[]): Measurement[] {
  return rows.flatMap((row) => row.forms.map((form) => ({ row, form })));
}

/** The rows that `#rows=matmul+64,attention+64` names, and the names that are no row's; without it all rows. */
export function chosenRows(hash: string): { rows: Case[]; unknown: string[]; all: boolean } {
  const wanted = new URLSearchParams(hash.slice(1)).get('rows');
  if (!wanted) return { rows: [...cases], unknown: [], all: true };
  const names = wanted.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !cases.some((row) => row.name === name));
  return { rows: cases.filter(({ name }) => names.includes(name)), unknown, all: false };
}
