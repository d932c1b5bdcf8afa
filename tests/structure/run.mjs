// node tests/structure/run.mjs: every rule must pass on the repository and fail on a tree that breaks it.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { kCppRules } from './cpp_rules.mjs';
import { kRepositoryRules } from './repository_rules.mjs';
import { checkServer } from './server.mjs';
import { readTree } from './tree.mjs';
import { checkVectors, judgeModule, kScalarModule } from './vectors.mjs';
import { kWebRules } from './web_rules.mjs';

const kRules = [...kCppRules, ...kWebRules, ...kRepositoryRules];

/** Runs every rule on the repository at `root`. Resolves to counts; `print` gets what failed. */
export async function testStructure(root, print) {
  const tree = readTree(root);
  const results = kRules.flatMap((rule) => {
    const blind = rule.check(rule.broken).length === 0;
    return [
      { name: rule.name, complaints: rule.check(tree) },
      { name: `${rule.name} (notices a breach)`, complaints: blind ? ['the broken example passed'] : [] },
    ];
  });
  const built = existsSync(join(root, 'web/src/engine/generated/core-relaxed.wasm'));
  results.push(
    ...(built ? checkVectors(root) : [{ name: 'shipped modules', complaints: ['build them first: npm start'] }]),
  );
  const unnoticed = judgeModule('core.wasm', kScalarModule).length === 0;
  results.push({ name: 'a module without vectors is noticed', complaints: unnoticed ? ['it passed'] : [] });
  results.push(...(await checkServer()));
  const failures = results.filter(({ complaints }) => complaints.length > 0);
  for (const { name, complaints } of failures) print(`${name}\n${complaints.map((text) => `    ${text}`).join('\n')}`);
  return { passed: results.length - failures.length, failed: failures.length, skipped: 0 };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
  const count = await testStructure(root, (text) => process.stdout.write(`  ${text}\n`));
  process.stdout.write(`${count.passed} passed, ${count.failed} failed\n`);
  process.exitCode = count.failed > 0 ? 1 : 0;
}
