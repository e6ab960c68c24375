/*
 * The control plane against its own OpenAPI document, by schemathesis: no request that it makes of the document is answered with a failure of the gateway or with a status that the document does not
 * name. It needs Python and schemathesis (`pip install schemathesis==4.32.5`), so it is run by hand: `SCHEMATHESIS=PROGRAM npm run fuzz:api -- [EXAMPLES]`.
 *
 * It asks no faster than the control plane lets one caller ask: a case that is answered with 429 has tried nothing. A gateway before the stand-in cluster is asked by an operator who is a person, so that nothing is refused for who asks. The routes that wait without an end (server-sent events) are left out, and
 * the one that stops everybody, which would stop the operator too.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { startIssuer } from '../../demo/issuer.ts';
import { CONTROL_LIMITS } from '../../src/control/answer.ts';
import { startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }, { groups: [admins] }]
targets: ["*"]
roles:
  - { role: operator, callers: [{ groups: [admins] }] }
  - { role: auditor, callers: [{ groups: [admins] }] }
  - { role: approver, callers: [{ groups: [admins] }] }
rules:
  - { id: config, effect: request, verbs: [get, list], apiGroups: [""], resources: [configmaps] }
`;

const program = process.env['SCHEMATHESIS'] ?? 'schemathesis';
const examples = process.argv[2] ?? '20';

const people = await startIssuer();
const world = await startSmallWorld({ policy: POLICY, config: 'console: { port: 0 }\n', people: people.url });
const api = `${world.gateway.consoleUrl}/api/v1`;
const caFile = join(world.folder, 'api-ca.crt');
writeFileSync(caFile, world.caPem);
const token = await people.tokenFor('ada', ['admins']);
const args = [
  ...[
    'run',
    `${api}/openapi.json`,
    '--url',
    String(world.gateway.consoleUrl),
    '--tls-verify',
    caFile,
    '-H',
    `Authorization: Bearer ${token}`,
  ],
  ...['--checks', 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance'],
  ...[
    '--phases',
    'examples,coverage,fuzzing',
    '--max-examples',
    examples,
    '--seed',
    '1',
    '--continue-on-failure',
    '--no-color',
  ],
  ...['--exclude-path-regex', '/events$|/kills$', '--request-timeout', '90', '--warnings', 'off'],
  ...['--rate-limit', `${CONTROL_LIMITS.requestsPerCallerPerSecond - 2}/s`],
];
const child = spawn(program, args, { stdio: 'inherit', cwd: world.folder });
child.once('error', (error) => process.stderr.write(`${program} cannot be run: ${error.message}\n`));
process.exitCode = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 2)));
await world.stop();
await people.close();
