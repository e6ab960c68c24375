import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { suite, test } from 'node:test';
import { testFiles } from '../../src/cli/policy/test-command.ts';
import { readRequest } from '../../src/main/read-request.ts';

const FOLDER = join(import.meta.dirname, '../../examples/policies');
const files = readdirSync(FOLDER).sort();

suite('the example policies', () => {
  test('each has its tests', () => {
    const policies = files.filter((file) => !file.endsWith('.test.yaml'));
    assert.ok(policies.length >= 5);
    for (const policy of policies) assert.ok(files.includes(policy.replace('.yaml', '.test.yaml')), policy);
  });

  for (const file of files.filter((name) => name.endsWith('.test.yaml'))) {
    test(file, async () => {
      const results = await testFiles([relative(process.cwd(), join(FOLDER, file))], readRequest);
      const failed = results.filter(({ isPassed }) => !isPassed);
      assert.deepEqual(
        failed.map(({ name, asked, expected, got }) => `${name}: ${asked}: expected ${expected}, got ${got}`),
        [],
      );
    });
  }
});
