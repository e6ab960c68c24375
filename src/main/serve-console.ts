/*
 * The console's server, put together: the routes with their document, who presents a token or a cookie, the pages, and the way to sign in.
 */
import { z } from 'zod';
import type { Config } from '../config/load.ts';
import { answering } from '../control/answer.ts';
import { openApi } from '../control/open-api.ts';
import { BuiltPages } from '../control/pages/built-pages.ts';
import type { Route } from '../control/route.ts';
import { type ControlServer, startControlServer } from '../control/server.ts';
import type { ConsoleSessions } from '../control/sign-in/console-sessions.ts';
import { identifying } from '../control/sign-in/identify.ts';
import type { LoginPort } from '../control/sign-in/login-port.ts';
import { SignIn } from '../control/sign-in/sign-in.ts';
import { type Authenticator, createAuthenticator, type IssuersAuthenticator } from '../identity/authenticator.ts';
import type { CertificatePair } from '../listener/certificates.ts';
import type { Caller } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { Clock } from '../std/clock.ts';
import { durationMs } from '../std/duration.ts';
import type { Vault } from '../store/vault.ts';
import { ConfigError } from './config-error.ts';
import { hostOf } from './host-of.ts';
import { issuersOf } from './issuers.ts';
import { describedFault } from './masked-log.ts';
import type { Told } from './observe.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { version } from './version.ts';
import { WEB_FOLDER } from './web-folder.ts';

interface From {
  readonly told: Told;
  readonly policy: PolicyInForce;
}

/** What is served. */
interface Served {
  readonly routes: readonly Route[];
  readonly sessions: ConsoleSessions;
  readonly logins: ReadonlyMap<string, LoginPort>;
  readonly vault: Vault;
  /** Where people reach the console. */
  readonly url: () => string;
  readonly authenticator: Authenticator;
  readonly refuseStopped: (caller: Caller) => void;
}

type Place = NonNullable<Config['console']>;

/** As people and commands reach it: by its own name, where it has one. */
export function consoleUrlOf({ address, hostName, pathPrefix, url }: Place, port: number): string {
  return `${url ?? `https://${hostName ?? hostOf(address)}:${port}`}${pathPrefix}`;
}

/** Who asks the control plane with a token: callers of the configured issuers, by the audiences that the console takes. */
export function consoleAuthenticator({ audiences }: Place, config: Config, clock: Clock): IssuersAuthenticator {
  const issuers = issuersOf(config).map((issuer) => (audiences === undefined ? issuer : { ...issuer, audiences }));
  return createAuthenticator(issuers, clock);
}

/** Begins to serve the console. @throws {ConfigError} its port cannot be had */
export function serveConsole(
  place: Place,
  { routes, sessions, logins, vault, url, authenticator: { authenticate }, refuseStopped }: Served,
  certificate: CertificatePair,
  { told, policy }: From,
): Promise<ControlServer> {
  const own = () => new URL(url());
  const { clock } = told;
  return startControlServer({
    ...place,
    certificate,
    answer: answering({
      routes: withDocument(routes),
      identify: identifying({ authenticate, sessions, own, clock }),
      roles: policy.roles,
      refuseStopped,
      clock,
    }),
    pages: new BuiltPages(WEB_FOLDER),
    signIn: new SignIn({ logins, sessions, vault, own, clock, sessionMaxMs: durationMs(place.sessionMax) }),
    onFault: (error) => told.log.error({ error: described(error) }, 'the control plane failed'),
  }).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EADDRINUSE' ? 'another program listens there' : error.message;
    throw new ConfigError(`${place.address} port ${place.port} cannot be had: ${why}`);
  });
}

function described(error: unknown): string {
  if (error instanceof Refusal) return `${error.message}: ${error.detail}`;
  return describedFault(error);
}

function withDocument(routes: readonly Route[]): readonly Route[] {
  const document: Route = {
    method: 'GET',
    path: '/openapi.json',
    id: 'openApi',
    summary: 'This document.',
    needs: 'caller',
    answer: { status: 200, schema: z.looseObject({}), description: 'The OpenAPI document.' },
    handle: async () => ({ status: 200, body: openApi([...routes, document], version()) }),
  };
  return [...routes, document];
}
