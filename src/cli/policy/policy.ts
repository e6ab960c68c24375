import { Command } from 'commander';
import { explainCommand } from './explain.ts';
import type { RequestReader } from './offline-request.ts';
import { testCommand } from './test-command.ts';

/** What the commands need of the connector, which they cannot reach themselves. */
export interface PolicyPorts {
  readonly readRequest: RequestReader;
}

/** `sallyport policy`. */
export function policyCommand({ readRequest }: PolicyPorts): Command {
  return new Command('policy')
    .description('check, explain, test and compare policies; nothing is sent anywhere but by `import rbac`')
    .addCommand(explainCommand(readRequest))
    .addCommand(testCommand(readRequest));
}
