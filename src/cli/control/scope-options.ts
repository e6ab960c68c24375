import type { Command } from 'commander';
import type { GrantAskBody } from '../../control/contract.ts';
import { CliError } from '../cli-error.ts';

type Scope = GrantAskBody['scopes'][number];

/** A scope as the command line has it. */
export interface ScopeOptions {
  readonly target?: string;
  readonly namespace?: string[];
  readonly verb?: string[];
  readonly resource?: string[];
  readonly name?: string[];
  readonly rule?: string;
  readonly unmask?: boolean;
}

/** Adds the options of a scope. */
export function withScopeOptions(command: Command): Command {
  const more = (value: string, before: string[] = []) => [...before, value];
  return command
    .option('--target <name>', 'the target')
    .option('--namespace <name>', 'a namespace; repeat for more', more)
    .option('--verb <verb>', 'a verb of the Kubernetes API: get, list, create, …; repeat for more', more)
    .option('--resource <resource>', '`pods`, `pods/exec`, `deployments.apps`; repeat for more of one group', more)
    .option('--name <name>', 'the name of an object; repeat for more', more)
    .option('--unmask', 'show the values that the rule’s `unmask` names, which are masked else')
    .option('--rule <id>', 'the rule to ask by; default: the first that offers it');
}

/** The scope of the options. @throws {CliError} something is missing, or the resources are of several groups */
export function scopeOf(options: ScopeOptions): Scope {
  const scopes = scopesOf(options);
  if (scopes.length > 1)
    throw new CliError(
      `\`${(options.resource ?? []).join('`, `')}\` are of several API groups: ask for each with a scope of its own (--body)`,
    );
  return scopes[0] as Scope;
}

/** The scopes of the options, one of each API group that its resources are of. @throws {CliError} something is missing */
export function scopesOf({ target, namespace, verb, resource, name, rule, unmask }: ScopeOptions): readonly Scope[] {
  if (target === undefined || verb === undefined || resource === undefined)
    throw new CliError('name what is asked for: --target, --verb and --resource, or --body');
  const byGroup = Map.groupBy(resource.map(groupAndResource), ({ group }) => group);
  return [...byGroup].map(([group, parts]) => ({
    target,
    ...(rule === undefined ? {} : { rule }),
    verbs: verb,
    apiGroups: [group],
    resources: parts.map((part) => part.resource),
    resourceNames: name ?? [],
    namespaces: namespace ?? [],
    ...(unmask === true ? { unmask } : {}),
  }));
}

/** As kubectl writes it: the group behind the first dot, the subresource behind a slash. */
function groupAndResource(text: string): { readonly group: string; readonly resource: string } {
  const [, resource = '', group = '', subresource = ''] = /^([^./]+)(?:\.([^/]+))?(\/.+)?$/.exec(text) ?? [];
  if (resource === '') throw new CliError(`\`${text}\` is no resource: \`pods\`, \`pods/exec\`, \`deployments.apps\``);
  return { group, resource: `${resource}${subresource}` };
}
