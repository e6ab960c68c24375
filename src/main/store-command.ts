import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { endedByRestore } from '../approval/approval.ts';
import { CliError } from '../cli/cli-error.ts';
import { readConfig } from '../cli/read-config.ts';
import { approvalOf, approvalRow } from '../control/approval-rows.ts';
import { grantOf, grantRow } from '../control/row-body.ts';
import { ended } from '../grant/grant.ts';
import { systemClock } from '../std/clock.ts';
import { backupLines, restoreLines } from '../store/backup.ts';
import { openStore, openStoreReader } from '../store/open-store.ts';
import { type Row, StoreError } from '../store/store.ts';
import { ConfigError } from './config-error.ts';
import { storePlace } from './store-place.ts';

interface Options {
  readonly config: string;
}

/** `sallyport store`: what is done to the store of grants beside the gateway. */
export function storeCommand(): Command {
  return new Command('store').addCommand(migrateCommand()).addCommand(backupCommand()).addCommand(restoreCommand());
}

function migrateCommand(): Command {
  return withConfig(new Command('migrate'))
    .description(
      'bring the tables of a PostgreSQL to this program’s version; SQLite is brought there by the gateway’s start',
    )
    .option(
      '--url-file <file>',
      'file that holds the URL of a role that may change tables; default: the configuration’s',
    )
    .option('--gateway-role <name>', 'give this role what a gateway needs of the tables, and no more')
    .action((options: Options & { readonly urlFile?: string; readonly gatewayRole?: string }) =>
      told(async () => {
        const place = storePlace(readConfig(options.config));
        if (place.kind !== 'postgres')
          throw new CliError('the store is SQLite, which the gateway’s start migrates by itself');
        const url = options.urlFile === undefined ? place.url : readFileSync(options.urlFile, 'utf8').trim();
        const { migratePostgres } = await import('../store/postgres-backend.ts');
        const { from, to } = await migratePostgres({ url, clock: systemClock, feedLostMs: 0 }, options.gatewayRole);
        process.stdout.write(
          from === to ? `the store has version ${to} already\n` : `the store went from version ${from} to ${to}\n`,
        );
      }),
    );
}

function backupCommand(): Command {
  return withConfig(new Command('backup'))
    .description('write the store into a file that only you read, while gateways go on; the key is not in it')
    .argument('<file>', 'the file, which must not be there')
    .action((file: string, options: Options) =>
      told(async () => {
        const store = await openStoreReader(storePlace(readConfig(options.config)), systemClock);
        try {
          const lines = await backupLines(store);
          writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
          process.stdout.write(`${lines.length - 1} rows are in \`${file}\`\n`);
        } finally {
          await store.close();
        }
      }),
    );
}

function restoreCommand(): Command {
  return withConfig(new Command('restore'))
    .description(
      'put a backup into an empty store, with no gateway on it; grants that lived in it are ended, kills stay',
    )
    .argument('<file>', 'the backup')
    .action((file: string, options: Options) =>
      told(async () => {
        const store = await openStore(storePlace(readConfig(options.config)), {
          clock: systemClock,
          feedLostMs: 0,
          onUnsealed: () => {},
        });
        try {
          const rows = await restoreLines(store, readFileSync(file, 'utf8').split('\n'), over);
          process.stdout.write(`${rows} rows are restored\n`);
        } finally {
          await store.close();
        }
      }),
    );
}

/** What gives power in a backup has given it. */
function over(row: Row, nowMs: number): Row {
  if (row.kind === 'approval') {
    const { approval, version } = approvalOf(row);
    return approvalRow({ approval: endedByRestore(approval, nowMs), version });
  }
  if (row.kind !== 'grant') return row;
  const { grant, version } = grantOf(row);
  return grantRow({ grant: ended(grant, 'restore', nowMs), version });
}

function withConfig(command: Command): Command {
  return command.option('--config <file>', 'the configuration', 'sallyport.yaml');
}

async function told(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error instanceof StoreError || error instanceof ConfigError) throw new CliError(error.message);
    if (error instanceof SyntaxError) throw new CliError('the file is no backup: it does not hold JSON lines');
    throw error;
  }
}
