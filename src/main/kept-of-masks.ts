import type { Config } from '../config/load.ts';
import { Guesses } from '../pipeline/guesses.ts';
import { Honeytokens } from '../pipeline/honeytokens.ts';
import type { Masking } from '../pipeline/masking.ts';
import { systemClock } from '../std/clock.ts';
import { openMaskKeys } from './mask-keys.ts';

/** What masks are made under, and what is remembered of them, for as long as the gateway runs. */
export type KeptOfMasks = Pick<Masking, 'key' | 'retired' | 'honeytokens' | 'guesses'>;

/** @throws {ConfigError} a key cannot be read */
export function keptOfMasks(config: Config): KeptOfMasks {
  const guesses = new Guesses(config.limits.guessesMax, systemClock);
  return { ...openMaskKeys(config), honeytokens: new Honeytokens(), guesses };
}
