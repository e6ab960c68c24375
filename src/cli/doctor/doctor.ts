import { Command } from 'commander';
import { formatFinding } from '../../config/finding.ts';
import { type Config, loadConfig } from '../../config/load.ts';
import { GUARD_IDS } from '../../policy/guards/table.ts';
import { listOf, printableJson } from '../escape-control.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import { CHECK_AREAS, type Check, fault, well } from './check.ts';
import { checksText } from './checks-text.ts';

/** What the command looks at through the gateway's own parts. */
export interface DoctorPorts {
  /** All that is found of an installation; `isOffline`: without issuers, targets and a PostgreSQL. It changes nothing anywhere. */
  readonly look: (config: Config, options: { readonly isOffline: boolean }) => Promise<readonly Check[]>;
}

interface Options {
  readonly config: string;
  readonly offline?: boolean;
  readonly output: OutputFormat;
}

/** `sallyport doctor`: what is wrong with an installation, and what to do about it. Exit code 1 where there is a fault; a warning is none. */
export function doctorCommand(ports: DoctorPorts): Command {
  return new Command('doctor')
    .option('--config <file>', 'the gateway’s configuration', 'sallyport.yaml')
    .option('--offline', 'look at this machine alone: no issuer, target or PostgreSQL is asked')
    .addOption(outputOption())
    .action(async ({ config: file, offline, output }: Options) => {
      const loaded = loadConfig(file, { guards: GUARD_IDS });
      const checks =
        'findings' in loaded
          ? loaded.findings.map((finding) =>
              fault('configuration', '', formatFinding(finding), 'mend the file: nothing else can be looked at before'),
            )
          : inOrder([told(loaded.config), ...(await ports.look(loaded.config, { isOffline: offline === true }))]);
      process.stdout.write(output === 'json' ? printableJson(listOf(checks)) : checksText(checks));
      process.exitCode = checks.some(({ state }) => state === 'fault') ? 1 : 0;
    });
}

function told({ file, issuers, targets }: Config): Check {
  const names = targets.map(({ name }) => name).join(', ');
  return well(
    'configuration',
    file,
    `it is valid; issuers: ${issuers.map(({ name }) => name).join(', ')}; targets: ${names}`,
  );
}

function inOrder(checks: readonly Check[]): readonly Check[] {
  return CHECK_AREAS.flatMap((area) => checks.filter((check) => check.area === area));
}
