import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';
import { keysOf, type Schema } from './schema-rows.ts';

/** The reference page of the configuration, out of the schema that parses it. */
export function configurationPage(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as Schema;
  const rows = [...keysOf(schema, '')];
  return `# Configuration: sallyport.yaml

Every key of the file that \`sallyport gateway --config FILE\` reads. Unknown keys are mistakes; every mistake is listed at once, with file, line and column.
Paths are relative to the file they stand in. Sizes are in bytes, times in milliseconds. \`sallyport init\` writes a first file with comments.

This page is made from the schema that parses the file (\`npm run docs\` writes it; a test keeps the two equal).

| key | what it is | default |
|---|---|---|
${rows.map(({ key, what, fallback }) => `| \`${key}\` | ${what} | ${fallback} |`).join('\n')}

## Where a target is found

| by | a request leads to the target when | its URL |
|---|---|---|
| port | it came in on the target's own \`port\`, whatever its host name and path | \`https://GATEWAY:PORT\` |
| host name | \`Host\` is one of its \`hostNames\`, and the name in the TLS handshake, where one was sent, leads to the same target | \`https://NAME:8443\` |
| path | its path begins with \`/k8s/NAME/\`, in just these bytes | \`https://GATEWAY:8443/k8s/NAME\` |

They are looked at in this order. What leads to no target is refused with [\`TARGET_UNKNOWN\`](refusals.md#target_unknown), once its caller is known.

## Unsafe

What stands under \`unsafe:\` opens a way out of the gateway; it is named in the log at each start and counted in \`sallyport_unsafe_options\`. The guards it can
name are in [guards.md](guards.md).
`;
}
