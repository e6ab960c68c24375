import { setTimeout as sleep } from 'node:timers/promises';
import type { GrantView } from '../../control/contract.ts';
import type { ControlClient } from './client.ts';

/** How often is looked whether a person has answered, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** A grant once it is live or ended. @throws {ControlRefusal} it cannot be seen any more */
export async function waitForGrant(client: ControlClient, grant: GrantView): Promise<GrantView> {
  let seen = grant;
  while (seen.state === 'pending') {
    await sleep(LOOK_EVERY_MS);
    seen = (await client.ask('GET', `/grants/${grant.id}`)) as GrantView;
  }
  return seen;
}
