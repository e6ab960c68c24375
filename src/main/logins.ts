import type { Config } from '../config/load.ts';
import type { LoginPort } from '../control/sign-in/login-port.ts';
import type { Clock } from '../std/clock.ts';
import { issuersOf } from './issuers.ts';

/** The issuers at which persons sign in, by name. What speaks the protocol is loaded only where there are any. */
export async function loginsOf(config: Config, clock: Clock): Promise<ReadonlyMap<string, LoginPort>> {
  const settings = new Map(config.issuers.flatMap(({ name, login }) => (login === undefined ? [] : [[name, login]])));
  if (settings.size === 0) return new Map();
  const { createLogin, newAttempt } = await import('../identity/login.ts');
  return new Map(
    issuersOf(config).flatMap((issuer) => {
      const login = settings.get(issuer.name);
      return login === undefined ? [] : [[issuer.name, { newAttempt, ...createLogin(issuer, login, clock) }]];
    }),
  );
}
