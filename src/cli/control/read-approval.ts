import { setTimeout as pauseFor } from 'node:timers/promises';
import type { ApprovalView } from '../../control/approval-contract.ts';
import { approvalText } from './approval-text.ts';
import type { ControlClient } from './client.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, print } from './options.ts';
import { paintFor } from './paint.ts';

/** The question as it is now. */
export async function readApproval(client: ControlClient, id: string): Promise<ApprovalView> {
  return (await client.ask('GET', `/approvals/${encodeURIComponent(id)}`)) as ApprovalView;
}

/** How often it is looked whether what it would do is there, in milliseconds. */
const LOOK_AGAIN_MS = 300;

/** The question with what it would do: no yes is taken before. */
export async function lookedUp(client: ControlClient, id: string): Promise<ApprovalView> {
  for (;;) {
    const asked = await readApproval(client, id);
    if (asked.preview !== 'looking') return asked;
    await pauseFor(LOOK_AGAIN_MS);
  }
}

/** Prints it whole. */
export function showApproval(output: ControlOptions['output'], approval: ApprovalView, env: Environment): void {
  if (output === 'json') print(output, approval, () => []);
  else process.stdout.write(approvalText(approval, paintFor(process.stdout, env.NO_COLOR)));
}
