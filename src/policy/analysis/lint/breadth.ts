/* Rules that give more than their writer is likely to have meant. */
import type { CallerMatch, Rule } from '../../rule.ts';
import type { Catalog } from '../space.ts';
import type { Advice } from './advice.ts';

const CHANGING = new Set(['*', 'create', 'update', 'patch', 'delete', 'deletecollection']);

/** What is wider than it need be, of a rule that permits. */
export function* breadth(rule: Rule, catalog: Catalog): Generator<Advice> {
  if (rule.effect !== 'allow' && rule.effect !== 'request') return;
  yield* wildcards(rule);
  yield* namespaces(rule, catalog);
  yield* callers(rule);
  yield* secrets(rule);
  yield* mounts(rule);
  yield* printed(rule);
}

function* wildcards(rule: Rule): Generator<Advice> {
  if (rule.verbs.includes('*')) {
    const message = '`*` is every verb, those that delete and those of later versions included';
    yield { rule, code: 'wildcard-verbs', field: 'verbs', message, fix: 'name them: `[get, list, watch]` to read' };
  }
  if (rule.resources.includes('*')) {
    const message = '`*` is every kind in these groups, those that are installed later included';
    yield { rule, code: 'wildcard-resources', field: 'resources', message, fix: 'name the kinds that are needed' };
  }
  if (rule.apiGroups.includes('*')) {
    const message = '`*` is every API group, those that are installed later included';
    yield {
      rule,
      code: 'wildcard-groups',
      field: 'apiGroups',
      message,
      fix: 'name the groups: `""` is the core group',
    };
  }
}

function* namespaces(rule: Rule, catalog: Catalog): Generator<Advice> {
  const isEvery =
    rule.namespaces === undefined || rule.namespaces.some((match) => 'name' in match && match.name === '*');
  const isNamespaced =
    rule.powers.some((power) => power !== 'nodes-proxy') ||
    rule.resources.some((entry) => isInNamespaces(rule, entry, catalog));
  if (!isEvery || !isNamespaced) return;
  const isChange = rule.powers.length > 0 || rule.verbs.some((verb) => CHANGING.has(verb));
  yield {
    rule,
    code: 'every-namespace',
    field: rule.namespaces === undefined ? '' : 'namespaces',
    message: `the rule ${isChange ? 'changes objects' : 'reads'} in every namespace, kube-system included`,
    fix: 'add `namespaces`, by name, pattern or `selector`',
  };
}

/** Whether an entry names a kind that is in namespaces; one that Kubernetes does not have is taken to be. */
function isInNamespaces({ apiGroups }: Rule, entry: string, { kinds }: Catalog): boolean {
  const [resource = ''] = entry.split('/');
  if (resource === '*') return true;
  const known = kinds.filter((kind) => kind.resource === resource);
  const meant = known.filter(({ apiGroup }) => apiGroups.includes(apiGroup) || apiGroups.includes('*'));
  return known.length === 0 || meant.some(({ isNamespaced }) => isNamespaced);
}

function* callers(rule: Rule): Generator<Advice> {
  if (rule.callers.some((match) => Object.keys(match).length === 0)) {
    const message = 'the rule is for every authenticated caller, of every issuer';
    yield { rule, code: 'everyone', field: 'callers', message, fix: 'name `subjects`, `groups` or `issuers`' };
  }
  const mixed = rule.callers.filter(isMixed).flatMap(({ groups = [] }) => groups);
  if (mixed.length === 0) return;
  const names = mixed.map((group) => `\`${group}\``).join(', ');
  yield {
    rule,
    code: 'mixed-callers',
    field: 'callers',
    message: `whoever is in ${names} is meant, people and machines alike: a person’s groups come with what runs in the person’s name`,
    fix: 'add `kind: autonomous` or `kind: person`, or `issuers`',
  };
}

function isMixed({ groups, subjects, issuers, kind }: CallerMatch): boolean {
  return groups !== undefined && subjects === undefined && issuers === undefined && kind === undefined;
}

const SHOWING = ['list', 'watch', '*'];

function* secrets(rule: Rule): Generator<Advice> {
  const isCore = rule.apiGroups.includes('') || rule.apiGroups.includes('*');
  if (!isCore || !rule.resources.includes('secrets')) return;
  const shown = rule.verbs.filter((verb) => SHOWING.includes(verb));
  if (shown.length > 0 && rule.when === undefined) {
    const message = `${shown.map((verb) => `\`${verb}\``).join(' and ')} of secrets shows which there are and which keys they have; their values are masked`;
    yield { rule, code: 'secret-contents', field: 'verbs', message, fix: 'allow `get` alone, with `resourceNames`' };
  } else if (rule.verbs.includes('get') && rule.resourceNames.length === 0 && rule.when === undefined) {
    const message = '`get` of secrets without names reads any whose name is known, with its values masked';
    yield { rule, code: 'secret-contents', field: 'resources', message, fix: 'add `resourceNames`' };
  }
}

const UPDATING = ['update', 'patch', '*'];
const WORKLOADS: Readonly<Record<string, string>> = {
  pods: '',
  replicationcontrollers: '',
  deployments: 'apps',
  replicasets: 'apps',
  statefulsets: 'apps',
  daemonsets: 'apps',
  jobs: 'batch',
  cronjobs: 'batch',
};

/** Who may say what a pod runs has it print the values of its environment, which stay while the mask of each is written back. */
function* printed(rule: Rule): Generator<Advice> {
  const { verbs, apiGroups, resources, effect, when } = rule;
  if (effect !== 'allow' || when !== undefined || !verbs.some((verb) => UPDATING.includes(verb))) return;
  const reached = resources.filter((resource) => {
    const group = WORKLOADS[resource];
    return group !== undefined && (apiGroups.includes(group) || apiGroups.includes('*'));
  });
  if (reached.length === 0) return;
  const kinds = reached.map((resource) => `\`${resource}\``).join(', ');
  const message = `whoever changes the command or image of ${kinds} can have the pod print the values of its environment that are masked in it`;
  const fix =
    'bound both with `when`, or take such values from Secrets (`valueFrom`), which the guard `secret-mount` looks at';
  yield { rule, code: 'masked-env', field: 'resources', message, fix };
}

function* mounts(rule: Rule): Generator<Advice> {
  if (!rule.mountableSecrets.includes('*')) return;
  const message = 'whoever makes a pod can have it print any Secret of the namespace';
  yield { rule, code: 'any-secret', field: 'mountableSecrets', message, fix: 'name them, by prefix: `[shop-*]`' };
}
