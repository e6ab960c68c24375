import type { Connector, Probe, WriteBack } from '../connectors/connector.ts';
import { printable } from '../connectors/kubernetes/printable.ts';
import { refusalReply } from '../connectors/kubernetes/status.ts';
import { Refusal } from '../model/refusal.ts';

/** What a request without a target meets on the data path: its caller is authenticated like any other, and then told that there is nothing here. */
export const noTarget: Connector = {
  async parse({ uri, headers }) {
    const host = headers.get('host')?.[0];
    throw new Refusal('TARGET_UNKNOWN', 'no target is reached by this path, host name or port', {
      advice: isOfApi(uri) ? PATH_LOST : 'use the server URL that `sallyport kubeconfig` writes',
      detail: `asked for \`${targetPart(uri)}\`${host === undefined ? '' : ` of host \`${printable(host)}\``}`,
    });
  },
  async amend() {
    throw new Error('a request without a target was amended');
  },
  async pin() {
    throw new Error('a request without a target was held to a version');
  },
  isConflict: () => false,
  unrepeatable: () => undefined,
  asking: () => ({ what: '', mayDiffer: [], patience: { waitMs: 0, after: 'told' } }),
  undo: {
    foreseen: () => ({ kind: 'none', why: 'there is no target' }),
    imageOf() {
      throw new Error('a request without a target was to be undone');
    },
    pathOf: () => '',
    wayBack: () => ({ kind: 'none', why: 'there is no target' }),
    madeUid: () => undefined,
  },
  framed: (_permit, reply) => reply,
  async forward() {
    throw new Error('a request without a target was permitted');
  },
  refuse: refusalReply,
};

/** What an API server has at its root: whoever asks for it here had a target in mind, and a program that lost its path. */
const ROOTS = new Set(['', 'api', 'apis', 'version', 'openapi', 'healthz', 'livez', 'readyz']);

function isOfApi(uri: string): boolean {
  return ROOTS.has(uri.split(/[/?]/, 2)[1] ?? '');
}

const PATH_LOST =
  'the program left the path of its server URL, `/k8s/TARGET`, out: let the operator give the target a `port` (or `hostNames`) of its own and write the kubeconfig anew with `sallyport kubeconfig`; `kubectl proxy` also takes `--append-server-path`';

/** Security: the part of a path that may name a target, and no more: behind a proxy subresource the rest is an application's own, and may hold what must not be recorded. */
function targetPart(uri: string): string {
  const [, first = '', second, ...rest] = (uri.split('?')[0] as string).split('/');
  return ['', first, ...(second === undefined ? [] : [second]), ...(rest.length === 0 ? [] : ['…'])]
    .map(printable)
    .join('/');
}

/** Nothing is there to be looked up. */
export const noProbe: Probe = {
  existing: async () => 'unknown',
  result: async () => 'unknown',
  pod: async () => 'unknown',
  namespaceLabels: async () => 'unknown',
  services: async () => 'unknown',
  preview: async () => ({ risks: [], missing: [] }),
  podSecrets: async () => ({ secrets: [], failed: [] }),
  takesDryRuns: async () => false,
  lifeBehind: () => undefined,
  clusterUid: async () => 'unknown',
};

/** Nothing is there to be written back. */
export const noWriteBack: WriteBack = {
  own: async () => 'unknown',
  async *kin() {},
  put() {
    throw new Error('a request without a target was written back');
  },
};
