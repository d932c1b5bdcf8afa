// npm run test:published [-- FOLDER]: published checkpoints must give the answers that were published with them. They come
// from the Hugging Face hub, or lie in FOLDER by their ids: FOLDER/openai-community/gpt2/config.json and so on.
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { prepare } from '../web/scripts/site.mjs';
import { kRoot } from '../web/scripts/repository.mjs';

await prepare();
const vitest = join(kRoot, 'node_modules/vitest/vitest.mjs');
const args = ['run', '--config', 'tests/vitest.config.ts', '--project', 'wasm', 'published'];
const env = { ...process.env, ATTN_PUBLISHED: process.argv[2] ?? 'hub' };
process.exitCode = spawnSync(process.execPath, [vitest, ...args], { cwd: kRoot, env, stdio: 'inherit' }).status ?? 1;
