/* Kinds of well-known add-ons, whose controllers act for whoever may write them. No guard knows them; see docs/reference/guards.md. */
import type { Rule } from '../../rule.ts';
import type { Advice } from './advice.ts';

/** What whoever writes the kinds of a group has done in its stead. */
const CONTROLLERS: ReadonlyMap<string, string> = new Map([
  ...groups('applies whatever a repository or chart holds', 'helm.cattle.io', 'helm.toolkit.fluxcd.io', 'kustomize.toolkit.fluxcd.io'),
  ...groups('runs pods, or applies whatever a repository holds', 'argoproj.io'),
  ...groups('runs pods as service accounts that the object names', 'tekton.dev', 'batch.volcano.sh', 'kubeflow.org', 'ray.io'),
  ...groups('copies secrets from where only it may read', 'external-secrets.io', 'secrets-store.csi.x-k8s.io', 'bitnami.com'),
  ...groups('has certificates signed, and approves them', 'cert-manager.io'),
  ...groups('makes resources of the cloud with its own credentials', 'pkg.crossplane.io', 'apiextensions.crossplane.io', 'services.k8s.aws', 'iam.services.k8s.aws', 'infra.contrib.fluxcd.io'),
  ...groups('installs operators with the roles that they ask for', 'operators.coreos.com'),
  ...groups('makes clusters and their nodes', 'cluster.x-k8s.io', 'infrastructure.cluster.x-k8s.io'),
  ...groups('says what every other request may do', 'kyverno.io', 'policies.kyverno.io', 'templates.gatekeeper.sh', 'constraints.gatekeeper.sh', 'config.gatekeeper.sh'),
  ...groups('says which traffic passes, in every namespace', 'cilium.io', 'crd.projectcalico.org', 'projectcalico.org', 'policy.networking.k8s.io', 'networking.istio.io', 'security.istio.io'),
]); // biome-ignore format: a table

function groups(does: string, ...names: readonly string[]): readonly (readonly [string, string])[] {
  return names.map((name) => [name, does]);
}

const READING = ['get', 'list', 'watch'];

/** The groups of add-ons that an allow changes objects of. */
export function* addOns(rule: Rule): Generator<Advice> {
  if (rule.effect !== 'allow' || rule.when !== undefined || rule.verbs.every((verb) => READING.includes(verb))) return;
  for (const group of rule.apiGroups) {
    const does = CONTROLLERS.get(group);
    if (does === undefined) continue;
    yield {
      rule,
      code: 'add-on',
      field: 'apiGroups',
      message: `the controller of \`${group}\` ${does}, and no guard looks into its kinds`,
      fix: 'bound what the objects may hold with `when`, or with an admission policy of the cluster',
    };
  }
}
