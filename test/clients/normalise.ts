// Two runs of one row differ in what the cluster and the clock chose: uids, times, resource versions, addresses, random suffixes and
// ports. All of that becomes a word here, and nothing else does: what is left must be equal.

/** What a run was given and another run was not. */
export interface Surroundings {
  readonly namespace: string;
  /** The URLs that its kubeconfigs name. */
  readonly servers: readonly string[];
  /** The folder that it ran in. */
  readonly folder: string;
}

const words: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d))?(?: UTC)?/g, 'TIME'],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?:\d\d )?[A-Z][a-z]{2} [ \d]*\d\d:\d\d:\d\d(?: [+-]?\w+)*/g, 'TIME'],
  [/^([EIW])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /gm, '$1LOG '],
  // client-go's own race: it reads before it has made its streams, and says so of the empty first message that the server sends on each.
  [/^ELOG websocket\.go:\d+\] Unknown stream id \d+, discarding message\n/gm, ''],
  // client-go's own pace, by its own clock.
  [/^ILOG request\.go:\d+\] "?Waited (?:before|for)[^\n]*\n/gm, ''],
  // Its own watch, which it gives up while it may be reading an event.
  [/^[EIW]LOG reflector\.go:\d+\][^\n]*\bcontext canceled\b[^\n]*\n/gm, ''],
  [/(resourceVersion"?: ?"?|resourceVersion=|resource version )\d+/gi, '$1VERSION'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-RANDOM'], // before ages: `24d5s` is one of these too
  [/kube-api-access-RANDOM/g, 'kube-api-access'],
  [/(?<![\w.])(?:\d+[dhms]){1,3}(?![\w.])|<invalid>/g, 'AGE'],
  [/\(x\d+ over AGE\)/g, ''],
  [/\b10\.(?:244|200|96)\.\d+\.\d+\b/g, 'ADDRESS'],
  [/\b[0-9a-f]{64}\b/g, 'ID'], // of a container or a sandbox; rows that compare content print an MD5 sum
  [/(127\.0\.0\.1|\[::1\]|localhost):\d+/g, '$1:PORT'],
  [/(Handling connection for|port|forwarding) \d+/g, '$1 PORT'],
  [/(localPort=)\d+/g, '$1PORT'], // kubectl 1.37
  [/(remotecommand|portforward|temp(?:orary)?|edit)[-.]\d{5,}/g, '$1-NUMBER'],
  [/X509SHA256=[0-9a-f]{64}/g, 'CREDENTIAL'],
  [/(\S) {2,}/g, '$1  '], // a column is as wide as its widest cell
  [/[ \t]+$/gm, ''],
];

/** A text of which equal runs give equal ones. */
export function normalised(text: string, surroundings: Surroundings): string {
  let result = text.replaceAll(surroundings.folder, 'FOLDER').replaceAll(surroundings.namespace, 'NAMESPACE');
  for (const server of surroundings.servers) result = result.replaceAll(server, 'SERVER');
  for (const [pattern, word] of words) result = result.replaceAll(pattern, word);
  return result;
}

/** What a client that was interrupted wrote to stderr: kubectl cancels its own request and exits at once, and whether it still says so is luck. */
export function withoutFarewell(stderr: string): string {
  return stderr.replace(/^(?:error: )?context canceled\n/gm, '');
}

/**
 * An object (or a list) as the client left it in the cluster, of which equal runs give equal texts. What controllers add in their own
 * time is taken out: status, the node, their managed fields and the revision that they count.
 */
export function storedForm(json: string, surroundings: Surroundings): string {
  return normalised(JSON.stringify(withoutControllers(JSON.parse(json)), null, 1), surroundings);
}

const controllers = /^(kube-controller-manager|kube-scheduler|kubelet)$/;
const theirs = new Set([
  'status',
  'nodeName',
  'deployment.kubernetes.io/revision',
  'resourceVersion',
  'observedGeneration',
]);

function withoutControllers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutControllers);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([name]) => !theirs.has(name))
    .map(([name, inner]) => [
      name,
      name === 'managedFields' ? managers(inner as ManagedField[]) : withoutControllers(inner),
    ]);
  return Object.fromEntries(entries);
}

interface ManagedField {
  readonly manager: string;
}

function managers(fields: readonly ManagedField[]): unknown[] {
  const own = fields
    .filter((field) => !controllers.test(field.manager))
    .map((field) => ({ ...field, time: undefined }));
  return own.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
