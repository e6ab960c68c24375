import { Command } from 'commander';
import type { TargetPlace } from '../../control/contract.ts';
import type { RegisteredTargetView } from '../../control/targets/target-contract.ts';
import { ControlRefusal, controlClient } from '../control/client.ts';
import type { Environment } from '../control/find-server.ts';
import { type ControlOptions, printList, withControlOptions } from '../control/options.ts';

/** A target as the list has it; what only operators and auditors see is absent for others. */
interface Listed extends Partial<Omit<RegisteredTargetView, 'state' | 'name'>> {
  readonly id: string;
  readonly name: string;
  readonly from: 'file' | 'api';
  readonly state: RegisteredTargetView['state'];
}

/** `sallyport target list`. */
export function listCommand(env: Environment): Command {
  return withControlOptions(new Command('list'))
    .description(
      'list the targets that you reach; for operators and auditors, those registered by API with who changed them',
    )
    .action(async ({ output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      const places = ((await client.ask('GET', '/targets')) as { items: TargetPlace[] }).items;
      const registered = await registeredOf(client);
      const items: readonly Listed[] = [
        ...places
          .filter(({ name }) => !registered.some((each) => each.name === name && each.state === 'live'))
          .map(({ name, from }) => ({ id: name, name, from, state: 'live' as const })),
        ...registered.map((each) => ({ id: each.name, from: 'api' as const, ...each })),
      ];
      printList(output, { items, next: null }, () => rows(items), 'you reach no target');
    });
}

/** None for who may not see them. */
async function registeredOf(
  client: Awaited<ReturnType<typeof controlClient>>,
): Promise<readonly RegisteredTargetView[]> {
  try {
    return ((await client.ask('GET', '/targets/registered')) as { items: RegisteredTargetView[] }).items;
  } catch (error) {
    if (error instanceof ControlRefusal && error.problem.code === 'ROLE_REQUIRED') return [];
    throw error;
  }
}

function rows(items: readonly Listed[]): readonly (readonly string[])[] {
  return [
    ['NAME', 'FROM', 'STATE', 'SERVER', 'CREDENTIAL', 'ENDS', 'VERSION', 'CHANGED', 'BY'],
    ...items.map(({ name, from, state, url, credential, credentialEndsAt, version, changedAt, changedBy }) => [
      name,
      from,
      state,
      url ?? '',
      credential ?? '',
      credentialEndsAt ?? '',
      version === undefined ? '' : String(version),
      changedAt ?? '',
      changedBy?.subject ?? '',
    ]),
  ];
}
