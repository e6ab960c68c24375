/* What a token reaches, by asking as `kubectl auth can-i` does, through the gateway: its rules and the cluster's own together. */
import type { GrantAskBody } from '../../control/contract.ts';
import { CliError } from '../cli-error.ts';

type Scope = GrantAskBody['scopes'][number];

/** Limit: questions for one scope; of a wider one the rest is not asked, and told so. */
const QUESTIONS_MAX = 48;

/** How long an answer may take. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Where a target is reached, and with what. */
export interface Way {
  readonly url: string;
  readonly caPem: string | undefined;
  readonly token: string;
}

/** One thing that a scope names, and what was answered. */
export interface Reached {
  /** In words: `get pods web -n shop`. */
  readonly what: string;
  readonly isAllowed: boolean;
  /** Why, as the gateway says it; may be empty. */
  readonly reason: string;
}

/** What of a scope is reached now. */
export interface Reach {
  readonly asked: readonly Reached[];
  /** How many more things it names. */
  readonly unasked: number;
}

/** @throws {CliError} the gateway cannot be asked, or does not answer as one */
export async function reachOf(way: Way, scope: Scope): Promise<Reach> {
  const questions = questionsOf(scope);
  const { Agent, request } = await import('../../std/http-client.ts');
  const dispatcher = new Agent({
    connect: way.caPem === undefined ? {} : { ca: way.caPem },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  });
  try {
    const asked = await Promise.all(
      questions.slice(0, QUESTIONS_MAX).map(async (attributes) => {
        const reply = await request(`${way.url}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews`, {
          method: 'POST',
          dispatcher,
          headers: { authorization: `Bearer ${way.token}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectAccessReview',
            spec: { resourceAttributes: attributes },
          }),
        });
        const answer = (await reply.body.json()) as Answer;
        return { what: inWords(attributes), ...readAnswer(answer, reply.statusCode) };
      }),
    );
    return { asked, unasked: Math.max(0, questions.length - QUESTIONS_MAX) };
  } catch (error) {
    throw new CliError(`the gateway at ${way.url} cannot be asked what is reached: ${(error as Error).message}`);
  } finally {
    await dispatcher.close();
  }
}

interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

interface Answer {
  readonly message?: string;
  readonly status?: { readonly allowed?: boolean; readonly reason?: string } | string;
}

/** A refusal of the question itself is a Status, whose `status` is a word. */
function readAnswer({ status, message = '' }: Answer, code: number): Pick<Reached, 'isAllowed' | 'reason'> {
  if (typeof status !== 'object' || code >= 300) return { isAllowed: false, reason: message };
  return { isAllowed: status.allowed === true, reason: status.reason ?? '' };
}

function questionsOf({ verbs, apiGroups, resources, resourceNames, namespaces }: Scope): readonly Attributes[] {
  const any = (list: readonly string[] | undefined) => (list === undefined || list.length === 0 ? [''] : list);
  return any(namespaces).flatMap((namespace) =>
    any(apiGroups).flatMap((group) =>
      resources.flatMap((text) => {
        const [resource = '', subresource = ''] = text.split('/');
        return any(resourceNames).flatMap((name) =>
          verbs.map((verb) => ({ verb, group, resource, subresource, namespace, name })),
        );
      }),
    ),
  );
}

function inWords({ verb, group, resource, subresource, namespace, name }: Attributes): string {
  const kind = `${resource}${group === '' ? '' : `.${group}`}${subresource === '' ? '' : `/${subresource}`}`;
  return [verb, kind, name, namespace === '' ? '' : `-n ${namespace}`].filter((word) => word !== '').join(' ');
}
