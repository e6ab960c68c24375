import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI } from './gateway-process.ts';

const CONFIG = `apiVersion: sallyport.dev/v1
kind: Gateway
issuers:
  - { name: main, url: "https://issuer.test", audiences: [sallyport], keys: { file: empty } }
targets:
  - name: prod
    server: { url: "https://127.0.0.1:6443", caFile: empty, tokenFile: empty }
    reader: { tokenFile: empty }
  - name: flat
    server: { url: "https://127.0.0.1:6443", caFile: empty, tokenFile: empty }
    upstreamIdentity: credential
  - name: eks
    eks:
      cluster: prod
      region: eu-west-1
      roleArn: "arn:aws:iam::111122223333:role/team/sallyport"
      externalId: ab-12
      sourceIdentity: gateway
      tags: { team: shop }
  - name: pod
    eks: { cluster: prod, region: eu-west-1 }
policy: { files: [policy.yaml] }
`;

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: jobs }
callers: [{ subjects: [ci] }]
targets: ["*"]
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods], namespaces: [shop] }
`;

/** `sallyport target bootstrap` in a folder of its own. */
export interface Bootstrap {
  readonly folder: string;
  run(...args: string[]): SpawnSyncReturns<string>;
  remove(): void;
}

/** Of a cluster that impersonates, one that sees the gateway alone, and two of EKS: by a role that the gateway takes, and by the role of its pod. */
export function bootstrapFolder(): Bootstrap {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bootstrap-'));
  for (const [name, text] of Object.entries({ 'sallyport.yaml': CONFIG, 'policy.yaml': POLICY, empty: '' }))
    writeFileSync(join(folder, name), text);
  const [program, ...cli] = CLI;
  return {
    folder,
    run: (...args) => spawnSync(program, [...cli, 'target', 'bootstrap', ...args], { cwd: folder, encoding: 'utf8' }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
