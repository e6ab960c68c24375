/* Powers: what a rule lets a caller do beyond what its words say. */
import type { Power } from '../../../model/operation.ts';
import type { ArgvMatch, Rule } from '../../rule.ts';
import type { Catalog } from '../space.ts';
import type { Advice } from './advice.ts';

/** Why a power leads further than it seems, and what to do about it; exec is looked at on its own. */
const ESCAPES: Readonly<Partial<Record<Power, readonly [message: string, fix: string]>>> = {
  attach: [
    'an attach is a terminal in a running container, whose commands no rule sees',
    'allow `exec` with `argv` instead',
  ],
  portforward: [
    'a port-forward reaches whatever listens in the pod, past network policies',
    'add `portForward` with `ports`',
  ],
  'pods-proxy': [
    'a proxy sends any HTTP request to the pod, in the name of the API server',
    'add `proxy` with `paths`',
  ],
  'services-proxy': [
    'a proxy sends any HTTP request to the service, in the name of the API server',
    'add `proxy` with `paths`',
  ],
  'nodes-proxy': [
    'the kubelet behind a node runs commands in any of its pods',
    'allow `pods/exec`, `pods/log` or metrics.k8s.io instead',
  ],
  ephemeralcontainers: [
    'an ephemeral container runs any image beside the containers of the pod',
    'allow `exec` with `argv` instead',
  ],
  binding: ['a binding puts a pod onto a node of the caller’s choice', 'leave it to the scheduler'],
  finalize: ['finalizing lets an object go before what depends on it is cleared up', 'leave it to the controllers'],
  approval: ['an approved certificate is an identity that goes round the gateway', 'have a person approve'],
  token: [
    'a token of a service account goes round the gateway',
    'let the workload use the token that its pod is given',
  ],
  escalate: ['whoever may escalate gives itself any role', 'leave it out'],
  bind: ['whoever may bind gives itself any role', 'leave it out'],
  impersonate: ['whoever may impersonate is whoever it likes', 'leave it out'],
};

/** Whether the rule narrows the power by conditions of its own. */
const NARROWED: Readonly<Partial<Record<Power, (rule: Rule) => boolean>>> = {
  portforward: ({ portForward }) => portForward !== undefined,
  'pods-proxy': ({ proxy }) => proxy?.paths !== undefined,
  'services-proxy': ({ proxy }) => proxy?.paths !== undefined,
};

/** Powers that an allow gives. */
export function* powers(rule: Rule, powerOf: Catalog['powerOf']): Generator<Advice> {
  if (rule.effect !== 'allow') return;
  const given = powersGiven(rule, powerOf);
  const field = rule.powers.length > 0 ? 'powers' : 'resources';
  if (given.has('exec')) yield* exec(rule, field);
  for (const power of given) {
    const way = ESCAPES[power];
    if (way === undefined || NARROWED[power]?.(rule) || rule.when !== undefined) continue;
    yield { rule, code: 'escape', field, message: way[0], fix: way[1] };
  }
  const isEverything = [rule.verbs, rule.resources].every((entries) => entries.includes('*'));
  if ((given.size > 0 || isEverything) && rule.times?.endsAt === undefined) {
    const what = given.size > 0 ? [...given].map((power) => `\`${power}\``).join(', ') : 'everything';
    const fix = 'add `times` with `endsAt`, or make it a `request`';
    yield { rule, code: 'no-end', field: '', message: `${what} is allowed for good`, fix };
  }
}

/** The powers that the rule names, by name or as resources. */
function powersGiven(
  { powers: named, verbs, apiGroups, resources }: Rule,
  powerOf: Catalog['powerOf'],
): ReadonlySet<Power> {
  const given = new Set<Power>(named);
  for (const verb of verbs.filter((each) => each !== '*')) {
    for (const apiGroup of apiGroups) {
      for (const entry of resources.filter((each) => !each.startsWith('*'))) {
        const [resource = '', subresource = ''] = entry.split('/');
        const power = powerOf({ verb, apiGroup, resource, subresource });
        const isHad =
          power !== 'exec' && power !== 'attach' && power !== 'portforward'
            ? power
            : verb === 'create'
              ? power
              : undefined;
        if (isHad !== undefined) given.add(isHad);
      }
    }
  }
  return given;
}

function* exec(rule: Rule, field: string): Generator<Advice> {
  const argv = rule.exec?.argv;
  if (argv === undefined) {
    if (rule.when !== undefined) return;
    const message = 'any command may be run in the container, with all that its service account and mounts reach';
    yield {
      rule,
      code: 'open-exec',
      field: rule.exec === undefined ? field : 'exec',
      message,
      fix: 'add `exec` with `argv`',
    };
    return;
  }
  const open = argv.map(programOf).find((program) => ANYTHING.has(program));
  if (open === undefined) return;
  const message = `\`${open}\` can run any other program, so the rest of the command bounds nothing`;
  yield {
    rule,
    code: 'open-argv',
    field: 'exec',
    message,
    fix: 'name a program that runs nothing else, by its whole path',
  };
}

function programOf(match: ArgvMatch): string {
  const [first = ''] = 'exact' in match ? match.exact : 'prefix' in match ? match.prefix : match.globs;
  return first.split('/').at(-1) as string;
}

/** Programs that run others, or whatever they are told. */
const ANYTHING: ReadonlySet<string> = new Set(
  '* ** sh bash ash dash zsh busybox env xargs sudo su nsenter chroot timeout nice python python3 perl ruby node php lua awk gawk find vi vim tar tee ssh'.split(
    ' ',
  ),
);
