/*
 * A pod that asks for the gateway, led to it: what its programs find of their cluster by themselves (two variables and one folder) names the gateway, its authority, and a token that is for the gateway alone.
 *
 * The authority stands in an annotation of the pod, from which the folder takes it: a ConfigMap would have to be in every namespace. The token of the API server, which Kubernetes itself had put into the folder, is taken away.
 * What is done twice is done once: other webhooks add containers behind this one, and the API server asks it again.
 *
 * Source: in-cluster configuration, https://github.com/kubernetes/client-go/blob/v0.35.4/rest/config.go
 */

import { isDeepStrictEqual } from 'node:util';

/** The label by which a pod asks; its value is the target's name. */
export const POD_LABEL = 'sallyport.dev/target';
/** Where the authority of the gateway stands. */
export const AUTHORITY_ANNOTATION = 'sallyport.dev/ca';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME = 'sallyport-access';
const TOKEN_SECONDS = 3_600;

/** Where a target is reached by a program that knows a host and a port, and nothing else. */
export interface Way {
  readonly host: string;
  readonly port: number;
  /** What the gateway takes in a token's `aud`. */
  readonly audience: string;
  /** Certificates alone, PEM. */
  readonly caPem: string;
}

/** A step of a JSON patch. */
export interface PatchStep {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** What of a pod is read here. */
export interface Pod {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly Volume[];
  };
}

interface Container {
  readonly env?: readonly { readonly name: string }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Volume {
  readonly name: string;
  readonly projected?: { readonly defaultMode?: number; readonly sources?: readonly Source[] };
}

interface Source {
  readonly serviceAccountToken?: {
    readonly audience?: string;
    readonly expirationSeconds?: number;
    readonly path?: string;
  };
  readonly downwardAPI?: object;
}

/** What is done to the pod, and what its author is told. */
export interface Led {
  readonly patch: readonly PatchStep[];
  readonly warnings: readonly string[];
}

/** The steps that lead a pod to the gateway; none where all of them were done. */
export function leadPod({ metadata, spec = {} }: Pod, way: Way): Led {
  const led = (kind: 'containers' | 'initContainers') =>
    (spec[kind] ?? []).flatMap((container, i) => containerSteps(container, `/spec/${kind}/${i}`, way));
  const { steps, warnings } = volumeSteps(spec, accessOf(way.audience));
  const patch = [...authority(metadata, way.caPem), ...led('initContainers'), ...led('containers'), ...steps];
  return { patch, warnings };
}

function authority(metadata: Pod['metadata'], caPem: string): readonly PatchStep[] {
  if (metadata?.annotations === undefined)
    return [{ op: 'add', path: '/metadata/annotations', value: { [AUTHORITY_ANNOTATION]: caPem } }];
  if (metadata.annotations[AUTHORITY_ANNOTATION] === caPem) return [];
  return [{ op: 'add', path: `/metadata/annotations/${AUTHORITY_ANNOTATION.replace('/', '~1')}`, value: caPem }];
}

function containerSteps({ env = [], volumeMounts = [] }: Container, path: string, way: Way): readonly PatchStep[] {
  const ours = [
    { name: 'KUBERNETES_SERVICE_HOST', value: way.host },
    { name: 'KUBERNETES_SERVICE_PORT', value: String(way.port) },
    { name: 'KUBERNETES_SERVICE_PORT_HTTPS', value: String(way.port) },
  ];
  const names = new Set(ours.map(({ name }) => name));
  // Before the others, which may be made of them.
  const wanted = [...ours, ...env.filter(({ name }) => !names.has(name))];
  const mount = { name: VOLUME, mountPath: FOLDER, readOnly: true };
  const mounts = [...volumeMounts.filter(({ mountPath }) => !isFolder(mountPath)), mount];
  return [...unlessSame(`${path}/env`, env, wanted), ...unlessSame(`${path}/volumeMounts`, volumeMounts, mounts)];
}

function unlessSame(path: string, before: unknown, value: unknown): readonly PatchStep[] {
  return isDeepStrictEqual(before, value) ? [] : [{ op: 'add', path, value }];
}

/** As the kernel reads it: `/var/run` and `/run` are one folder in most images, and a mount there would cover ours. */
function isFolder(mountPath: string): boolean {
  const plain = mountPath.replaceAll(/\/+/g, '/').replace(/\/$/, '');
  return plain === FOLDER || plain === FOLDER.replace('/var', '');
}

function volumeSteps({ volumes = [], ...containers }: NonNullable<Pod['spec']>, access: Volume) {
  const all = [...(containers.containers ?? []), ...(containers.initContainers ?? [])];
  const usedElsewhere = new Set(
    all.flatMap(({ volumeMounts = [] }) =>
      volumeMounts.filter(({ mountPath }) => !isFolder(mountPath)).map(({ name }) => name),
    ),
  );
  const isUsedElsewhere = ({ name }: Volume) => usedElsewhere.has(name);
  const isOfTheServer = (volume: Volume) =>
    volume.name !== VOLUME &&
    volume.projected?.sources?.some(
      ({ serviceAccountToken: token }) => token !== undefined && (token.audience ?? '') === '',
    ) === true;
  const gone = volumes.filter((volume) => isOfTheServer(volume) && !isUsedElsewhere(volume));
  const wanted = [...volumes.filter((volume) => !gone.includes(volume) && volume.name !== VOLUME), access];
  const warnings = volumes
    .filter((volume) => isOfTheServer(volume) && isUsedElsewhere(volume))
    .map(
      ({ name }) => `volume \`${name}\` holds a token for the API server itself: what uses it goes round the gateway`,
    );
  const isSame =
    gone.length === 0 &&
    isDeepStrictEqual(
      volumes.find(({ name }) => name === VOLUME),
      access,
    );
  const steps: readonly PatchStep[] = isSame ? [] : [{ op: 'add', path: '/spec/volumes', value: wanted }];
  return { steps, warnings };
}

/** With all that the API server would add, so that it is known again. */
function accessOf(audience: string): Volume {
  const field = (path: string, fieldPath: string) => ({ path, fieldRef: { apiVersion: 'v1', fieldPath } });
  return {
    name: VOLUME,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { audience, expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { downwardAPI: { items: [field('ca.crt', `metadata.annotations['${AUTHORITY_ANNOTATION}']`)] } },
        { downwardAPI: { items: [field('namespace', 'metadata.namespace')] } },
      ],
    },
  };
}
