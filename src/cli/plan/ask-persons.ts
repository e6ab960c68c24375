import { setTimeout as sleep } from 'node:timers/promises';
import type { ApprovalView } from '../../control/approval-contract.ts';
import { counted } from '../../std/counted.ts';
import type { ControlClient } from '../control/client.ts';
import { readApproval } from '../control/read-approval.ts';
import { escapeControl } from '../escape-control.ts';

/** How often is looked whether persons have answered, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/**
 * Asks persons one question about the held calls of a plan, and waits for what they say: whether they said yes. Each is told on standard error.
 *
 * @throws {ControlRefusal} they cannot be asked in one question
 */
export async function askPersons(client: ControlClient, requests: readonly string[]): Promise<boolean> {
  let asked = (await client.ask('POST', '/plans', { requests })) as ApprovalView;
  if (asked.state === 'pending')
    tell(`asked: approval ${asked.id} about ${counted(requests.length, 'request')}, open until ${asked.closesAt}`);
  while (asked.state === 'pending') {
    await sleep(LOOK_EVERY_MS);
    asked = await readApproval(client, asked.id);
  }
  const last = asked.answers.at(-1);
  const by = last === undefined ? '' : ` by ${last.subject}${last.reason === '' ? '' : `: “${last.reason}”`}`;
  tell(`approval ${asked.id} is ${asked.state}${by}`);
  return asked.state === 'approved';
}

function tell(what: string): void {
  process.stderr.write(`${escapeControl(what)}\n`);
}
