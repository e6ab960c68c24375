/*
 * Targets by API, as operators change them: each change is in the journal, on the disk, before the store keeps it; every gateway on the store then serves what it says.
 *
 * Security: a credential goes to the address that it was given for. Who may change the address and not read the credential could else send it to a server of their own, so an address, an
 * authority or a name to check it by that is another wants the credentials again.
 */
import { Refusal } from '../../model/refusal.ts';
import type { TargetChanged } from '../../recording/target-changed.ts';
import type { RowWriter, Store } from '../../store/store.ts';
import { fromStore } from '../from-store.ts';
import { credentialEnd } from './credential-end.ts';
import {
  type CredentialKind,
  type KeptTarget,
  openedSecret,
  placeOf,
  type SecretField,
  type TargetSpec,
  type TargetVersion,
  targetOf,
  targetRow,
  toldSpec,
} from './kept-target.ts';
import { TARGET_LIMITS, type TargetAdd, type TargetReplace } from './target-contract.ts';

interface Parts {
  readonly store: Store;
  /** Resolves when the event is on the disk. */
  readonly record: (event: TargetChanged) => Promise<void>;
  /** Names that the configuration has: what a file names is the file’s. */
  readonly isConfigured: (name: string) => boolean;
  /** What the host of a URL is, in words, where the gateway does not connect to it. */
  readonly refusedPlace: (url: string) => Promise<string | undefined>;
  /** Whether the configuration has the gateway take this role of AWS. */
  readonly isRoleNamed: (roleArn: string) => boolean;
  /** Takes it into force here. */
  readonly take: (kept: KeptTarget) => void;
}

/** Who changes a target, and the version that they saw. */
interface Change {
  readonly name: string;
  readonly by: { readonly subject: string; readonly issuer: string };
  /** Only if it still is that one. */
  readonly version: number | undefined;
}

/** Targets by API. */
export class Targets {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws {Refusal} TARGET_EXISTS, TARGET_REFUSED, STORE_UNAVAILABLE */
  async add(asked: TargetAdd, by: Change['by']): Promise<KeptTarget> {
    const { name, reason } = asked;
    if (this.#parts.isConfigured(name)) throw exists(name, 'in the configuration, whose targets are changed there');
    await this.#assertPlace(asked);
    return this.#change(async (rows, now) => {
      const before = await found(rows, name);
      if (before?.state === 'live') throw exists(name, 'already; replace it');
      const live = await rows.list('target', { state: 'live', limit: TARGET_LIMITS.targetsMax });
      if (live.length >= TARGET_LIMITS.targetsMax)
        throw new Refusal('TARGET_REFUSED', `${TARGET_LIMITS.targetsMax} targets are registered, as many as may be`, {
          advice: 'remove one that nobody needs',
        });
      const next = this.#made(asked, undefined, name, now);
      return versioned(next, before, { change: 'added', at: now, by, reason, changed: [] });
    });
  }

  /** @throws {Refusal} NOT_FOUND, VERSION_CHANGED, TARGET_REFUSED, STORE_UNAVAILABLE */
  async replace(asked: TargetReplace, { name, by, version }: Change): Promise<KeptTarget> {
    await this.#assertPlace(asked);
    return this.#change(async (rows, now) => {
      const before = await this.#live(rows, name, version);
      const next = this.#made(asked, before, name, now);
      return versioned(next, before, {
        change: 'replaced',
        at: now,
        by,
        reason: asked.reason,
        changed: changedParts(next, before, asked),
      });
    });
  }

  /** Its credentials are gone with it; its history stays for as long as `store.keepFor`. @throws {Refusal} NOT_FOUND, VERSION_CHANGED, STORE_UNAVAILABLE */
  remove(reason: string, { name, by, version }: Change): Promise<KeptTarget> {
    return this.#change(async (rows, now) => {
      const before = await this.#live(rows, name, version);
      return versioned({ ...before, state: 'removed', secrets: {} }, before, {
        change: 'removed',
        at: now,
        by,
        reason,
        changed: [],
      });
    });
  }

  /** One of them, removed or not. @throws {Refusal} STORE_UNAVAILABLE */
  async get(name: string): Promise<KeptTarget | undefined> {
    const row = await this.#reading(() => this.#parts.store.get('target', name));
    return row === undefined ? undefined : targetOf(row);
  }

  async #assertPlace({ server, eks }: TargetAdd | TargetReplace): Promise<void> {
    if (eks !== undefined && !this.#parts.isRoleNamed(eks.roleArn))
      throw new Refusal('TARGET_REFUSED', `the gateway takes no role \`${eks.roleArn}\` for targets by API`, {
        advice: 'whoever runs this gateway names it in `control.targetRoles`',
      });
    const url = server?.url;
    const what = url === undefined ? undefined : await this.#parts.refusedPlace(url);
    if (url === undefined || what === undefined) return;
    throw new Refusal('TARGET_REFUSED', `\`${new URL(url).host}\` is ${what}, and no target by API may be there`, {
      advice:
        'name it in the configuration’s `targets`, or open a network of the gateway’s own machine with `unsafe.targetNetworks`',
    });
  }

  async #live(rows: RowWriter, name: string, version: number | undefined): Promise<KeptTarget> {
    const kept = await found(rows, name);
    if (kept?.state !== 'live') throw new Refusal('NOT_FOUND', `no target \`${name}\` is registered`);
    if (version !== undefined && version !== kept.version)
      throw new Refusal('VERSION_CHANGED', `the target has version ${kept.version} by now`, {
        advice: 'look at it again',
      });
    return kept;
  }

  /** What it is to be, with what is kept of its credentials. */
  #made(asked: TargetAdd | TargetReplace, before: KeptTarget | undefined, name: string, now: number): KeptTarget {
    const { credential, reader } = asked;
    const spec = specOf(asked);
    assertGiven(asked, spec, before);
    const { vault } = this.#parts.store;
    const kept = (field: SecretField): string | undefined =>
      before === undefined ? undefined : openedSecret(before, field, vault);
    const kind = asked.eks === undefined ? kindOf(credential, before) : 'role';
    const own = kind === 'role' ? undefined : credential === undefined ? kept(kind) : textOf(credential);
    const readerToken = reader === undefined ? undefined : (reader.token ?? kept('readerToken'));
    const close = (field: SecretField, text: string | undefined) =>
      text === undefined ? {} : { [field]: vault.close(Buffer.from(text), placeOf(name, spec, field)) };
    const endsAt = credential === undefined ? before?.credentialEndsAt : credentialEnd(credential);
    return {
      name,
      state: 'live',
      spec,
      secrets: { ...(kind === 'role' ? {} : close(kind, own)), ...close('readerToken', readerToken) },
      credential: kind,
      hasReader: reader !== undefined,
      credentialAt: credential === undefined ? (before?.credentialAt ?? now) : now,
      ...(endsAt === undefined ? {} : { credentialEndsAt: endsAt }),
      history: [],
      version: 0,
    };
  }

  async #change(work: (rows: RowWriter, now: number) => Promise<KeptTarget>): Promise<KeptTarget> {
    const { store, take } = this.#parts;
    const kept = await this.#reading(() =>
      store.exclusively('targets', async (rows) => {
        const next = await work(rows, store.now());
        await this.#record(next);
        return targetOf(await rows.put(targetRow(next)));
      }),
    );
    take(kept);
    return kept;
  }

  #record({ name, state, history, version }: KeptTarget): Promise<void> {
    const { change, at, by, reason, changed, told } = history.at(-1) as TargetVersion;
    return this.#parts.record({
      type: 'target.changed',
      at,
      target: name,
      state,
      change,
      version: version + 1,
      server: told.url,
      ...(told.caSha256 === undefined ? {} : { caSha256: told.caSha256 }),
      upstreamIdentity: told.upstreamIdentity,
      credential: told.credential,
      changed,
      by: by.subject,
      issuer: by.issuer,
      reason,
    });
  }

  #reading<Result>(call: () => Promise<Result>): Promise<Result> {
    return fromStore('the store of targets does not answer', call);
  }
}

async function found(rows: RowWriter, name: string): Promise<KeptTarget | undefined> {
  const row = await rows.get('target', name);
  return row === undefined ? undefined : targetOf(row);
}

function specOf({ server, eks, upstreamIdentity, marked, podSecrets }: TargetAdd | TargetReplace): TargetSpec {
  const { ca, tlsServerName } = server ?? {};
  return {
    url: server?.url ?? `eks:${eks?.region}/${eks?.cluster}`,
    ...(eks === undefined ? {} : { eks }),
    ...(ca === undefined ? {} : { ca }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    upstreamIdentity,
    marked,
    ...(podSecrets === undefined ? {} : { podSecrets: [...new Set(podSecrets)] }),
  };
}

/**
 * Security: what is kept goes to the address that it was given for, and is believed to be the cluster by the same authority and name.
 *
 * @throws {Refusal} TARGET_REFUSED
 */
function assertGiven(
  { credential, reader }: TargetAdd | TargetReplace,
  spec: TargetSpec,
  before: KeptTarget | undefined,
): void {
  const wantsReader = reader !== undefined && reader.token === undefined;
  if ((credential !== undefined || spec.eks !== undefined) && !wantsReader) return;
  const addressOf = ({ url, ca, tlsServerName, eks }: TargetSpec) => {
    // A role of another account leads to another cluster of that name and region.
    const place = [eks?.cluster, eks?.region, eks?.roleArn, eks?.externalId];
    return JSON.stringify([url, ca, tlsServerName, ...place]);
  };
  if (before === undefined || addressOf(before.spec) !== addressOf(spec))
    throw new Refusal(
      'TARGET_REFUSED',
      'another address or authority wants its credentials again: what is kept goes to the one that it was given for',
    );
  if (wantsReader && !before.hasReader) throw new Refusal('TARGET_REFUSED', 'no token of a reader is kept: give one');
}

type GivenCredential = NonNullable<TargetAdd['credential']>;

function kindOf(given: GivenCredential | undefined, before: KeptTarget | undefined): CredentialKind {
  if (given === undefined) return before?.credential ?? 'token';
  return given.token === undefined ? 'clientCertificate' : 'token';
}

function textOf({ token, clientCertificate }: GivenCredential): string {
  if (token !== undefined) return token;
  const { certificate: certPem, key: keyPem } = clientCertificate as NonNullable<typeof clientCertificate>;
  return JSON.stringify({ certPem, keyPem });
}

function exists(name: string, where: string): Refusal {
  return new Refusal('TARGET_EXISTS', `a target \`${name}\` is there ${where}`);
}

/** The same as the version after the one before. Limit: as many versions as are told. */
function versioned(
  next: KeptTarget,
  before: KeptTarget | undefined,
  what: Omit<TargetVersion, 'version' | 'told'>,
): KeptTarget {
  const version = (before?.version ?? 0) + 1;
  const history = [...(before?.history ?? []), { ...what, version, told: toldSpec(next) }];
  return { ...next, history: history.slice(-TARGET_LIMITS.versionsMax), version: version - 1 };
}

/** A secret that was given again counts as another: it is not compared. */
function changedParts(next: KeptTarget, before: KeptTarget, asked: TargetReplace): readonly string[] {
  const keys = ['url', 'ca', 'tlsServerName', 'eks', 'upstreamIdentity', 'marked', 'podSecrets'] as const;
  const isReaderOther = asked.reader?.token !== undefined || next.hasReader !== before.hasReader;
  return [
    ...keys.filter((key) => JSON.stringify(next.spec[key]) !== JSON.stringify(before.spec[key])),
    ...(asked.credential === undefined ? [] : ['credential']),
    ...(isReaderOther ? ['reader'] : []),
  ];
}
