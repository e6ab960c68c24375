/*
 * The risks that Kubernetes' own page on good practices names, each as a policy that somebody could write: what `policy check` says of it with every guard closed,
 * and with the guard that answers for it open.
 *
 * Source: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { catalogOf } from '../../src/cli/policy/catalog.ts';
import { formatFinding } from '../../src/config/finding.ts';
import { parsePolicies } from '../../src/config/parse-policies.ts';
import { powerOf } from '../../src/connectors/kubernetes/powers.ts';
import { lint } from '../../src/policy/analysis/lint/lint.ts';
import { GUARDS } from '../../src/policy/guards/table.ts';

const CATALOG = catalogOf(powerOf);

function codes(rule: string, opened = ''): string {
  const text = `apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: p }\ncallers: [{ groups: [bots], kind: autonomous }]\ntargets: [demo]\nrules:\n  - { effect: allow, ${rule} }`;
  const parsed = parsePolicies([{ path: 'p.yaml', text }]);
  if ('findings' in parsed) throw new Error(parsed.findings.map(formatFinding).join('\n'));
  const closed = GUARDS.filter(({ id }) => id !== opened);
  return [...new Set(lint(parsed.rules, closed, CATALOG, 0).map(({ code }) => code))].join(' ');
}

const SHOP = 'namespaces: [shop]';

const RISKS: readonly (readonly [risk: string, rule: string, closed: string, guard: string, open: string])[] = [
  ['listing secrets', `verbs: [get, list, watch], apiGroups: [""], resources: [secrets], ${SHOP}`, 'secret-contents', 'tokens', 'secret-contents'],
  ['writing secrets', `verbs: [create, patch], apiGroups: [""], resources: [secrets], ${SHOP}`, '', 'tokens', 'open-guard'],
  ['workload creation: any service account', `verbs: [create, patch], apiGroups: [apps], resources: [deployments], ${SHOP}`, 'masked-env', 'service-accounts', 'masked-env open-guard'],
  ['workload creation: any Secret', `verbs: [create], apiGroups: [""], resources: [pods], ${SHOP}`, '', 'secret-mount', 'open-guard'],
  ['workload creation: the node', `verbs: [create], apiGroups: [batch], resources: [jobs, cronjobs], ${SHOP}`, '', 'privileged-pods', 'open-guard'],
  ['workload creation in every namespace', 'verbs: [create], apiGroups: [""], resources: [pods]', 'every-namespace', 'host-path', 'every-namespace open-guard'],
  ['persistent volume creation', 'verbs: [create], apiGroups: [""], resources: [persistentvolumes]', '', 'host-path', 'open-guard'],
  ['nodes/proxy', 'verbs: [get], apiGroups: [""], resources: [nodes/proxy]', 'escape no-end guarded', 'kubelet', 'escape no-end open-guard'],
  ['the verb escalate', 'verbs: [escalate], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles]', 'escape no-end guarded', 'rbac', 'escape no-end open-guard'],
  ['the verb bind', 'verbs: [bind], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles]', 'escape no-end guarded', 'rbac', 'escape no-end open-guard'],
  ['writing bindings', `verbs: [create, patch], apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], ${SHOP}`, 'guarded', 'rbac', 'open-guard'],
  ['the verb impersonate', 'verbs: [impersonate], apiGroups: [""], resources: [users, groups]', 'every-namespace escape no-end unknown-kind guarded', 'impersonation', 'every-namespace escape no-end unknown-kind open-guard'],
  ['CSRs and certificate issuing', 'verbs: [create], apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests]', 'guarded', 'certificates', 'open-guard'],
  ['approving CSRs', 'verbs: [update], apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval]', 'escape no-end guarded', 'certificates', 'escape no-end open-guard'],
  ['token request', `verbs: [create], apiGroups: [""], resources: [serviceaccounts/token], ${SHOP}`, 'escape no-end guarded', 'tokens', 'escape no-end open-guard'],
  ['control of admission webhooks', 'verbs: [update], apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations]', 'guarded', 'admission', 'open-guard'],
  ['namespace modification', 'verbs: [patch], apiGroups: [""], resources: [namespaces]', '', 'namespace-labels', 'open-guard'],
  ['a role of the cloud', `verbs: [patch], apiGroups: [""], resources: [serviceaccounts], ${SHOP}`, '', 'cloud-identity', 'open-guard'],
  ['what every pod believes', `verbs: ["*"], apiGroups: [""], resources: [configmaps], ${SHOP}`, 'wildcard-verbs', 'cluster-configuration', 'wildcard-verbs open-guard'],
  ['wildcards', 'verbs: ["*"], apiGroups: ["*"], resources: ["*"]', 'wildcard-verbs wildcard-resources wildcard-groups every-namespace no-end', 'nodes', 'wildcard-verbs wildcard-resources wildcard-groups every-namespace no-end open-guard'],
  ['reading, of what a guard closes to writers alone', 'verbs: [get, list], apiGroups: [""], resources: [namespaces, nodes]', '', 'namespace-labels', ''],
]; // biome-ignore format: a table

suite('policy check on the risks of RBAC', () => {
  for (const [risk, rule, closed, guard, open] of RISKS) {
    test(risk, () => {
      assert.equal(codes(rule), closed);
      assert.equal(codes(rule, guard), open);
    });
  }
});
