import { join } from 'node:path';
import type { Config } from '../../config/load.ts';
import { workerJournal } from '../../segments/worker-journals.ts';
import type { Ports } from './choose-ports.ts';

/**
 * The configuration of one worker: what only one process may write is its own (the journal, and what follows from it), and its ports are those
 * that the parent has chosen.
 */
export function workerConfig(config: Config, worker: number, ports: Ports): Config {
  return { ...withPorts(config, ports), worker, journal: journalOf(config.journal, worker) };
}

/** Places, witnesses and receivers that are files or folders hold what one journal gave them; what is behind a URL tells journals apart by their names. */
function journalOf(journal: Config['journal'], worker: number): Config['journal'] {
  if (worker === 1) return journal;
  const own = `worker-${worker}`;
  return {
    ...journal,
    folder: workerJournal(journal.folder as string, worker),
    ...(journal.places === undefined
      ? {}
      : {
          places: journal.places.map((place) => ({
            ...place,
            ...(place.folder === undefined ? {} : { folder: join(place.folder, own) }),
            ...(place.s3 === undefined ? {} : { s3: { ...place.s3, prefix: `${place.s3.prefix ?? ''}${own}/` } }),
          })),
        }),
    ...(journal.witnesses === undefined
      ? {}
      : {
          witnesses: journal.witnesses.map((witness) =>
            witness.folder === undefined ? witness : { ...witness, folder: join(witness.folder, own) },
          ),
        }),
    receivers: journal.receivers.map((receiver) =>
      receiver.file === undefined
        ? receiver
        : { ...receiver, file: { ...receiver.file, path: `${receiver.file.path}.${own}` } },
    ),
  };
}

function withPorts(config: Config, ports: Ports): Config {
  const { console: place } = config;
  return {
    ...config,
    listen: { ...config.listen, port: ports.listen },
    targets: config.targets.map((target) =>
      target.port === undefined ? target : { ...target, port: ports.targets[target.name] ?? target.port },
    ),
    ...(place === undefined ? {} : { console: { ...place, port: ports.console ?? place.port } }),
  };
}
