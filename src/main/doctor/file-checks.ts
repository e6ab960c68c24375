import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Check, fault, warning, well } from '../../cli/doctor/check.ts';
import type { Config } from '../../config/load.ts';

/** The data folder, and who may read what is secret. */
export async function fileChecks(config: Config): Promise<readonly Check[]> {
  const own = ['local-ca.pem', 'mask.key', 'journal.key', 'store.key', 'journal-signing.key'];
  const kept = await Promise.all(own.map((name) => readBy(join(config.dataFolder, name), 0o077)));
  const given = await Promise.all([...new Set(secretFiles(config))].map((file) => readBy(file, 0o007)));
  return [await dataFolder(config.dataFolder), ...kept.flat(), ...given.flat()];
}

async function dataFolder(folder: string): Promise<Check> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error)
    return found.code === 'ENOENT'
      ? well('files', folder, 'the data folder is made at the first start')
      : fault(
          'files',
          folder,
          `the data folder cannot be read: ${found.code}`,
          'let the user of the gateway have it, with mode 0700',
        );
  if (!found.isDirectory())
    return fault('files', folder, 'the data folder is no folder', 'name another in `dataFolder`');
  const isWritable = await access(folder, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable)
    return fault(
      'files',
      folder,
      'the data folder cannot be written by this user',
      'give it to the user of the gateway (`chown`)',
    );
  if ((found.mode & 0o007) !== 0)
    return warning(
      'files',
      folder,
      `others may reach into the data folder (mode ${octal(found.mode)})`,
      `\`chmod 700 ${folder}\``,
    );
  return well('files', folder, 'the data folder can be written, and by its owner alone');
}

async function readBy(file: string, others: number): Promise<readonly Check[]> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error)
    return found.code === 'ENOENT'
      ? []
      : [fault('files', file, `it cannot be read: ${found.code}`, 'let the user of the gateway read it')];
  const isReadable = await access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
  if (!isReadable)
    return [fault('files', file, 'it cannot be read by this user', 'let the user of the gateway read it')];
  if ((found.mode & others) === 0) return [];
  const said = `others may read what is secret in it (mode ${octal(found.mode)})`;
  return [
    others === 0o077
      ? fault('files', file, said, `the gateway does not take it: \`chmod 600 ${file}\``)
      : warning('files', file, said, `\`chmod o= ${file}\``),
  ];
}

/** What the configuration names and only the gateway should read. */
function secretFiles(config: Config): readonly string[] {
  const { tls, masks, store, issuers, targets } = config;
  return [
    tls.keyFile,
    masks.keyFile,
    ...masks.retiredKeyFiles,
    store?.keyFile,
    store?.postgres?.urlFile,
    config.journal.signingKeyFile,
    ...issuers.map(({ login }) => login?.clientSecretFile),
    ...targets.flatMap(({ kubeconfig, server, reader }) => [
      kubeconfig?.file,
      server?.tokenFile,
      reader?.tokenFile,
      reader?.kubeconfig?.file,
    ]),
  ].filter((file) => file !== undefined);
}

function octal(mode: number): string {
  return `0${(mode & 0o777).toString(8)}`;
}
