import type { Detection } from '../masking/detect/detection.ts';
import { maskedText, maskedWords } from '../masking/text/masked-text.ts';
import type { Operation } from '../model/operation.ts';
import type { RecordedOperation } from '../recording/event.ts';

/**
 * Query keys of the Kubernetes API. Others are an application's own, behind a proxy, and may hold what must not be recorded. `command` is in
 * the stream's argv.
 *
 * Source: ListOptions, DeleteOptions, PatchOptions, PodLogOptions, https://kubernetes.io/docs/reference/kubernetes-api/common-parameters/common-parameters/
 */
const KNOWN_KEYS = new Set([
  'allowWatchBookmarks', 'continue', 'dryRun', 'fieldManager', 'fieldSelector', 'fieldValidation', 'follow', 'force', 'gracePeriodSeconds',
  'ignoreStoreReadErrorWithClusterBreakingPotential', 'includeObject', 'insecureSkipTLSVerifyBackend', 'labelSelector', 'limit', 'limitBytes',
  'orphanDependents', 'pretty', 'previous', 'propagationPolicy', 'resourceVersion', 'resourceVersionMatch', 'sendInitialEvents', 'sinceSeconds',
  'sinceTime', 'stderr', 'stdin', 'stdout', 'stream', 'tailLines', 'timeout', 'timeoutSeconds', 'timestamps', 'tty', 'watch', 'container', 'ports',
]); // biome-ignore format: a list

/**
 * What of an operation is recorded: no header, no body, and no query key that Kubernetes does not know; whatever its caller wrote (all parts of the path, values of the query, the words of a
 * command) without the values that detectors know.
 *
 * @param digestOf of a body: keyed, since whoever reads the journal could else find a short secret by trying
 */
export function recordedOperation(
  operation: Operation,
  digestOf: (bytes: Uint8Array) => string,
  detection: Detection,
): RecordedOperation {
  const masked = (text: string) => maskedText(text, detection);
  const { verb, apiGroup, apiVersion, resource, subresource, namespace, name, path, power, stream, body, claimed } =
    operation;
  const query: (readonly [string, string])[] = [];
  // Security: behind a proxy, path and query are an application's own and may hold what must not be recorded.
  const isProxied = power?.endsWith('-proxy') ?? false;
  for (const [key, values] of isProxied ? [] : operation.query) {
    if (KNOWN_KEYS.has(key)) for (const value of values) query.push([key, masked(value)]);
  }
  return {
    verb,
    apiGroup: masked(apiGroup),
    apiVersion: masked(apiVersion),
    resource: masked(resource),
    subresource: masked(subresource),
    namespace: masked(namespace),
    name: masked(name),
    path: masked(isProxied ? `${path.split('/proxy')[0]}/proxy` : path),
    ...(power === undefined ? {} : { power }),
    query,
    ...(stream === undefined
      ? {}
      : {
          stream: {
            ...(stream.container === undefined ? {} : { container: masked(stream.container) }),
            argv: maskedWords(stream.argv, detection),
            tty: stream.isTty,
            ...(stream.ports.length === 0 ? {} : { ports: stream.ports }),
          },
        }),
    ...(claimed === undefined
      ? {}
      : { claimed: { session: masked(claimed.session), command: masked(claimed.command) } }),
    ...(body === undefined
      ? {}
      : { body: { mediaType: masked(body.mediaType), bytes: body.bytes.length, digest: digestOf(body.bytes) } }),
  };
}
