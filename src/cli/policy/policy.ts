import { Command } from 'commander';
import type { Catalog } from '../../policy/analysis/space.ts';
import type { OperationReader } from '../recorded/recall.ts';
import type { TypesAt } from './catalog.ts';
import { checkCommand } from './check.ts';
import { diffCommand } from './diff.ts';
import { explainCommand } from './explain.ts';
import { importCommand, type RbacReader } from './import-command.ts';
import type { RequestReader } from './offline-request.ts';
import { seedCommand } from './seed-command.ts';
import { shadowCommand } from './shadow-command.ts';
import { simulateCommand } from './simulate-command.ts';
import { testCommand } from './test-command.ts';
import { tightenCommand } from './tighten-command.ts';
import { whoCanCommand } from './who-can.ts';

/** What the commands need of the connector, which they cannot reach themselves. */
export interface PolicyPorts {
  readonly readRequest: RequestReader;
  readonly powerOf: Catalog['powerOf'];
  readonly typesAt: TypesAt;
  readonly readRbac: RbacReader;
  readonly readRecorded: OperationReader;
}

/** `sallyport policy`. */
export function policyCommand({ readRequest, powerOf, typesAt, readRbac, readRecorded }: PolicyPorts): Command {
  return new Command('policy')
    .addCommand(checkCommand(powerOf, typesAt, readRecorded))
    .addCommand(explainCommand(readRequest))
    .addCommand(testCommand(readRequest))
    .addCommand(diffCommand(powerOf))
    .addCommand(whoCanCommand(powerOf))
    .addCommand(importCommand(powerOf, readRbac))
    .addCommand(seedCommand())
    .addCommand(simulateCommand(readRecorded))
    .addCommand(tightenCommand())
    .addCommand(shadowCommand());
}
