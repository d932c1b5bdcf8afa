import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import site from '../web/vite.config.ts';

const kRoot = join(import.meta.dirname, '..');
const suite = (name: string, environment: string, timeout: number) => ({
  extends: true as const,
  test: { name, environment, include: [`tests/${name}/**/*.test.ts`], testTimeout: timeout, hookTimeout: timeout },
});

export default defineConfig({
  root: kRoot,
  resolve: site.resolve,
  test: {
    projects: [suite('wasm', 'node', 60_000), suite('plots', 'happy-dom', 30_000), suite('package', 'node', 300_000)],
    reporters: ['default'],
  },
});
