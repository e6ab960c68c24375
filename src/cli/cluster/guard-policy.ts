/*
 * The admission policy that shuts the way round the gateway: what named callers change is admitted only where it bears the gateway's marker, whatever credential they hold beside
 * their token. Everybody else is not looked at.
 *
 * Security: `userInfo.extra` and `groups` are absent for who has none, and a condition that reads an absent field fails, which for `failurePolicy: Fail` refuses: each is asked for with `has()`
 * first (T85). Admission sees no reads; for them there is the detector.
 *
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */

import { MARKER_KEY } from '../../model/marker-key.ts';

export interface GuardedCallers {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

interface Guard extends GuardedCallers {
  readonly target: string;
  readonly name: string;
}

/** The policy and its binding. */
export function guardPolicy({ name, target, users, groups }: Guard): readonly object[] {
  const isMarked = `has(request.userInfo.extra) && '${MARKER_KEY}' in request.userInfo.extra && ${text(target)} in request.userInfo.extra['${MARKER_KEY}']`;
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: ['*'],
              apiVersions: ['*'],
              operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
              resources: ['*/*'],
              scope: '*',
            },
          ],
        },
        matchConditions: [{ name: 'is-a-guarded-caller', expression: isGuarded({ users, groups }) }],
        validations: [
          {
            expression: isMarked,
            message: `this caller changes things through the gateway alone: use its kubeconfig, \`sallyport kubeconfig --target ${target}\``,
            reason: 'Forbidden',
          },
        ],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];
}

function isGuarded({ users, groups }: GuardedCallers): string {
  const isUser = `(has(request.userInfo.username) && request.userInfo.username in ${list(users)})`;
  const isInGroup = `(has(request.userInfo.groups) && request.userInfo.groups.exists(g, g in ${list(groups)}))`;
  if (groups.length === 0) return isUser;
  return users.length === 0 ? isInGroup : `${isUser} || ${isInGroup}`;
}

function list(names: readonly string[]): string {
  return `[${names.map(text).join(', ')}]`;
}

/** A string of CEL, which takes JSON's escapes. */
function text(value: string): string {
  return JSON.stringify(value);
}
