/*
 * What signs the journal, put together: at start, the seals that are there are checked, and what witnesses have is compared; from then on each closed segment is sealed, and
 * its checkpoint given to the witnesses.
 */
import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import type { Seals } from '../control/journal-routes.ts';
import { verifierKey } from '../recording/checkpoint.ts';
import { KEY_NOTES_FILE, trustedKeys } from '../recording/key-notes.ts';
import { originOf } from '../recording/origin.ts';
import { sealName } from '../recording/segment-name.ts';
import { checkSeals } from '../segments/check-seals.ts';
import { SigningKeyError, signingKey, signingKeyPlace } from '../segments/signing-key.ts';
import { JournalError } from '../storage/journal-error.ts';
import { openSealer, type Sealer } from '../storage/sealing/open-sealer.ts';
import { ConfigError } from './config-error.ts';
import { gatewayName } from './gateway-name.ts';
import type { Told } from './observe.ts';
import { Witnesses } from './witnesses.ts';

/** What signs the journal. */
export interface Sealing extends Seals {
  /** Segments before this one are closed for good. */
  readonly closed: (below: number) => void;
  /** What `/readyz` warns of. */
  warnings(): readonly string[];
  close(): Promise<void>;
}

/** Limit: seals that are checked at start, the newest; `journal verify` checks all. */
const SEALS_MAX = 256;

/**
 * Begins to seal.
 *
 * @throws {ConfigError} the key cannot be had
 * @throws {JournalError} a seal is not what the key signed, or what was written after the last one is cut off or is another
 */
export async function openSealing(config: Config, told: Told): Promise<Sealing> {
  const folder = config.journal.folder as string;
  const place = signingKeyPlace(config);
  const key = keyOf(place);
  const found = existsSync(folder)
    ? await checkSeals(folder, { verifier: (origin) => verifierKey(origin, key), sealsMax: SEALS_MAX })
    : { seals: [], fault: undefined };
  if (found.fault !== undefined) throw notWhole(folder, found.fault);
  const last = found.seals.at(-1);
  let newest = last === undefined ? undefined : readFileSync(join(folder, sealName(last.segment)), 'utf8');
  const keys = () => keysOf(folder, keyOf(place), newest, originOf(gatewayName(config)));
  const witnesses = new Witnesses(config.journal.witnesses ?? [], told);
  const missing = await witnesses.compare(keys(), found.seals);
  if (missing !== undefined) throw notWhole(folder, missing);
  if (newest !== undefined) witnesses.tell(newest);
  let sealer: Sealer | undefined;
  const open = () =>
    openSealer({
      folder,
      key: place,
      onSealed({ segment, size, note }) {
        newest = note;
        witnesses.tell(note);
        told.log.info({ segment, events: size }, 'a segment of the journal is sealed');
      },
      onFailure: (why) =>
        told.log.error({ why }, 'closed segments of the journal are not sealed; they stay as they are'),
    });
  return {
    closed(below) {
      // Before the second segment there is nothing to seal, and no thread.
      if (below === 1) return;
      sealer ??= open();
      sealer.closed(below);
    },
    keys,
    checkpoint: () => newest,
    warnings: () => {
      const failure = sealer?.failure();
      return [
        ...(failure === undefined ? [] : [`closed segments of the journal are not sealed: ${failure}`]),
        ...witnesses.warnings(),
      ];
    },
    async close() {
      await sealer?.close();
      await witnesses.close();
    },
  };
}

function notWhole(folder: string, fault: string): JournalError {
  return new JournalError(
    `the journal in \`${folder}\` is not what was signed: ${fault}; keep the folder as evidence, and start with another or an empty one, and another folder of each witness`,
  );
}

function keyOf(place: Parameters<typeof signingKey>[0]): KeyObject {
  try {
    return signingKey(place);
  } catch (error) {
    if (error instanceof SigningKeyError) throw new ConfigError(`journal.signingKeyFile: ${error.message}`);
    throw error;
  }
}

/** A journal is signed in the name that its first seal has; before that, in this gateway's. */
function keysOf(folder: string, key: KeyObject, newest: string | undefined, origin: string): readonly string[] {
  const file = join(folder, KEY_NOTES_FILE);
  const verifier = verifierKey(newest?.split('\n', 1)[0] ?? origin, key);
  return existsSync(file) ? trustedKeys(verifier, readFileSync(file, 'utf8')) : [verifier];
}
