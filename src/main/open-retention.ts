import { createPublicKey } from 'node:crypto';
import type { Config } from '../config/load.ts';
import { signingKey, signingKeyPlace } from '../segments/signing-key.ts';
import type { Journal } from '../storage/journal.ts';
import { openPlaces } from '../storage/places/open-places.ts';
import type { PlaceConfig } from '../storage/places/place.ts';
import { openRetention } from '../storage/retention/open-retention.ts';
import type { Told } from './observe.ts';
import type { PolicyInForce } from './policy-in-force.ts';

interface Around {
  readonly told: Told;
  readonly closers: (() => unknown)[];
  /** The journal, of whose events people are told. */
  readonly tell: Pick<Journal, 'append'>;
}

/** What keeps the rules of retention that are in force: by age and size, and while the disk is nearly full before their time, where they say that it may be. */
export function openToldRetention(
  config: Config,
  policy: Pick<PolicyInForce, 'retention'>,
  journal: Journal,
  { told: { log, clock }, closers, tell }: Around,
): { warnings(): readonly string[] } {
  const { freeBytesWarn } = config.journal;
  const retention = openRetention({
    folder: config.journal.folder as string,
    rules: policy.retention,
    wantedBytes() {
      const { room, freeBytes } = journal.health();
      return room === 'enough' || freeBytes === undefined ? 0 : Math.max(0, freeBytesWarn - freeBytes);
    },
    journal,
    clock,
    onApplied: ({ rules, reason, events, bodies }) =>
      log.info({ rules, reason, events: countOf(events), bodies: countOf(bodies) }, 'rules of retention let go'),
    onFailure: (why) => log.error({ why }, 'rules of retention are not kept: what they let go is still there'),
  });
  const places = openPlaces({
    folder: config.journal.folder as string,
    places: (config.journal.places ?? []) as readonly PlaceConfig[],
    rules: policy.retention,
    environment: Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(AWS_.*|HOME)$/.test(name))),
    publicKey: publicKeyOf(config),
    onFailure: (why) => log.error({ why }, 'sealed segments are not copied to where rules of retention say'),
    onFault(fault) {
      log.error(fault, 'a file of the journal and what a place has of it do not agree: both stay as they are');
      tell.append({ type: 'copy.refused', at: clock.now(), ...fault });
    },
  });
  closers.push(() => Promise.all([retention.close(), places.close()]));
  return {
    warnings() {
      const [failure, uncopied] = [retention.failure(), places.failure()];
      return [
        ...(failure === undefined ? [] : [`rules of retention are not kept: ${failure}`]),
        ...(uncopied === undefined ? [] : [`sealed segments are not copied to where rules say: ${uncopied}`]),
        ...places
          .faults()
          .slice(0, FAULTS_MAX)
          .map(({ place, file, why }) => `\`${file}\` and what place \`${place}\` has of it do not agree: ${why}`),
      ];
    },
  };
}

/** Limit: such files that `/readyz` names. */
const FAULTS_MAX = 5;

function publicKeyOf(config: Config): string {
  return String(createPublicKey(signingKey(signingKeyPlace(config))).export({ format: 'pem', type: 'spki' }));
}

function countOf(ranges: readonly (readonly [number, number])[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
