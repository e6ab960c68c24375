import { leadPod, type PatchStep, POD_LABEL, type Pod, type Way } from './lead-pod.ts';
import { tooMuchOf } from './pod-limits.ts';

/** The way to a target by its name; where pods cannot be led there, why. */
export type WayTo = (target: string) => Way | { readonly refused: string };

interface Asked {
  readonly uid: string;
  readonly operation?: string;
  readonly kind?: { readonly group?: string; readonly kind?: string };
  readonly subResource?: string;
  readonly object?: Pod;
}

/** An AdmissionReview with its answer. */
export interface AnsweredReview {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly status?: { readonly code: number; readonly message: string };
    readonly patchType?: 'JSONPatch';
    readonly patch?: string;
    readonly warnings?: readonly string[];
  };
}

/**
 * The answer to an API server that asks about a pod: a patch that leads it to the gateway.
 *
 * Whatever cannot be led is refused, and never let through as it is: a pod that asks for the gateway does not run without it.
 *
 * @throws {TypeError} it is no AdmissionReview
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request
 */
export function answerReview(review: unknown, wayTo: WayTo): AnsweredReview {
  const request = requestOf(review);
  const { uid, operation, kind, subResource = '', object } = request;
  const refused = (message: string) =>
    answered({ uid, allowed: false, status: { code: 403, message: `sallyport: ${message}` } });
  if (operation !== 'CREATE' || kind?.group !== '' || kind.kind !== 'Pod' || subResource !== '' || object === undefined)
    return refused(
      'only pods that are created can be led to the gateway; mend the rules of the webhook’s configuration',
    );
  const target = object.metadata?.labels?.[POD_LABEL];
  if (target === undefined)
    return refused(
      `the pod has no label \`${POD_LABEL}\`, and was not to be asked about; mend the object selector of the webhook’s configuration`,
    );
  const way = wayTo(target);
  if ('refused' in way) return refused(way.refused);
  const tooMuch = tooMuchOf(object);
  if (tooMuch !== undefined) return refused(`the pod has ${tooMuch}, and is not led to the gateway; make it smaller`);
  const { patch, warnings } = leadPod(object, way);
  return answered({ uid, allowed: true, ...patched(patch), ...(warnings.length === 0 ? {} : { warnings }) });
}

function requestOf(review: unknown): Asked {
  const { apiVersion, kind, request } = (review ?? {}) as {
    readonly apiVersion?: unknown;
    readonly kind?: unknown;
    readonly request?: Asked;
  };
  if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview' || typeof request?.uid !== 'string')
    throw new TypeError('expected an AdmissionReview of admission.k8s.io/v1 with a request');
  return request;
}

function answered(response: AnsweredReview['response']): AnsweredReview {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

function patched(patch: readonly PatchStep[]) {
  if (patch.length === 0) return {};
  return { patchType: 'JSONPatch' as const, patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
}
