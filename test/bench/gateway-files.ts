/** What the gateways of the benchmarks are given: a configuration, policies of 1,000 rules and of 20, an issuer's key, and a token of a caller. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { stringify } from 'yaml';

const ISSUER = 'https://issuer.test';
const PEOPLE = 'https://people.test';
const ISSUED = { audiences: ['sallyport'], keys: { file: 'keys.json' } } as const;
/** How many rules a policy has; `few` is a policy for a handful of callers. */
const RULES = { many: 1_000, few: 20 } as const;

export type PolicySize = keyof typeof RULES;

/** The configuration of a gateway whose one target is the upstream of the benchmarks. */
export function gatewayConfiguration(options: {
  readonly port: number;
  readonly privatePort: number;
  readonly upstreamOrigin: string;
  readonly rules: PolicySize;
  readonly areMasksOpen: boolean;
  readonly bodies: 'none' | undefined;
  /** Where there is a control plane: its port, and its store where that is not the gateway’s own. */
  readonly console?: { readonly port: number; readonly store?: object };
}) {
  const { port, privatePort, upstreamOrigin, rules, areMasksOpen, bodies, console: place } = options;
  return {
    apiVersion: 'sallyport.dev/v1',
    kind: 'Gateway',
    dataFolder: 'data',
    listen: { port },
    private: { port: privatePort },
    issuers: [
      { name: 'bench', url: ISSUER, ...ISSUED, subject: { prefix: 'ci:' } },
      { name: 'people', url: PEOPLE, ...ISSUED, kind: 'person', subject: { prefix: 'p:' } },
    ],
    targets: [
      {
        name: 'bench',
        server: { url: upstreamOrigin, caFile: 'upstream-ca.crt', tokenFile: 'upstream-token' },
      },
    ],
    journal: { folder: `journal-${port}` },
    policy: { files: [policyFile(rules, bodies)] },
    ...(place === undefined ? {} : { console: { port: place.port } }),
    ...(place?.store === undefined ? {} : { store: place.store, masks: { keyFile: 'data/mask.key' } }),
    ...(areMasksOpen ? { unsafe: { openMasks: [{ id: '*', callers: [{ everyone: true }] }] } } : {}),
    // One caller asks for all of them, at full speed.
    limits: {
      requestsPerCallerMax: 20_000,
      streamsPerCallerMax: 20_000,
      requestsPerCallerPerSecond: 1_000_000,
      requestsPerCallerBurstMax: 1_000_000,
    },
  };
}

/** Makes a token: of a program, or of a person. */
export type TokenOf = (subject: string, groups: readonly string[], of?: 'program' | 'person') => Promise<string>;

/** Writes what gateways read beside their configuration; resolves with what makes tokens. */
export async function writeGatewayFiles(folder: string, upstreamCaPem: string): Promise<TokenOf> {
  writeFileSync(join(folder, 'upstream-ca.crt'), upstreamCaPem);
  writeFileSync(join(folder, 'upstream-token'), 'the-gateway-s-own-credential', { mode: 0o600 });
  for (const size of ['many', 'few'] as const)
    for (const bodies of ['none', undefined] as const)
      writeFileSync(
        join(folder, policyFile(size, bodies)),
        stringify(policy(RULES[size], bodies), { aliasDuplicateObjects: false }),
      );
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' };
  writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys: [key] }));
  return (subject, groups, of = 'program') =>
    new SignJWT({ groups })
      .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
      .setIssuer(of === 'program' ? ISSUER : PEOPLE)
      .setSubject(subject)
      .setAudience('sallyport')
      .setIssuedAt()
      .setExpirationTime('12h')
      .sign(privateKey);
}

function policyFile(size: PolicySize, bodies: 'none' | undefined): string {
  return `policy-${size}${bodies === undefined ? '' : '-unkept'}.yaml`;
}

/** Rules of many callers in many namespaces, of which one allows what is asked here. */
function policy(rules: number, bodies: 'none' | undefined) {
  const others = Array.from({ length: rules - 4 }, (_, i) => ({
    id: `rule-${i}`,
    effect: i % 10 === 9 ? 'deny' : 'allow',
    callers: [{ groups: [`team-${i % 200}`] }],
    verbs: ['get', 'list', 'watch', 'patch'],
    apiGroups: [''],
    resources: [i % 2 === 0 ? 'configmaps' : 'pods'],
    namespaces: [`ns-${i % 100}`],
  }));
  const shop = { namespaces: ['shop'], callers: [{ groups: ['shop-developers'] }] };
  const settings = {
    id: 'settings',
    effect: 'allow',
    verbs: ['get', 'list', 'watch', 'create'],
    apiGroups: [''],
    resources: ['configmaps', 'secrets'],
    ...(bodies === undefined ? {} : { record: { bodies } }),
    ...shop,
  };
  const commands = { id: 'commands', effect: 'allow', powers: ['exec'], ...shop };
  const held = {
    id: 'held',
    effect: 'hold',
    verbs: ['delete'],
    apiGroups: [''],
    resources: ['configmaps'],
    hold: { approvers: [{ groups: ['leads'] }] },
    ...shop,
  };
  const task = {
    id: 'task',
    effect: 'request',
    verbs: ['get'],
    apiGroups: [''],
    resources: ['services'],
    request: { forMax: '1h', livePerCallerMax: 100 },
    ...shop,
  };
  return {
    apiVersion: 'sallyport.dev/v1',
    kind: 'Policy',
    metadata: { name: 'bench' },
    targets: ['*'],
    callers: [{ everyone: true }],
    roles: [{ role: 'auditor', callers: [{ groups: ['shop-developers'] }] }],
    rules: [...others, settings, commands, held, task],
  };
}
