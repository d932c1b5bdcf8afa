import { init } from 'attention-playground';

const attn = await init();
const model = await attn.loadModel(new URL('../sentences/model/', import.meta.url));
const { tokens, activations } = model.run(process.argv[2] ?? 'anna loved ben .', { record: ['blocks.0.attn.pattern'] });
const { shape, data } = activations['blocks.0.attn.pattern']; // (heads, queries, keys); the first head comes first
const [, queries, keys] = shape;
console.log(' '.repeat(8), ...tokens.map((token) => token.padStart(6)));
for (let i = 0; i < queries; ++i) {
  const row = Array.from(data.slice(i * keys, (i + 1) * keys), (share) => share.toFixed(2).padStart(6));
  console.log(tokens[i].padStart(8), ...row);
}
