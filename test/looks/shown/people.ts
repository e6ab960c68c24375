/* Who looks, and the instant at which everything is seen: what the pages show is the same on every machine. */

/** Now, for every page that is looked at. */
export const NOW = '2026-03-10T14:32:10.000Z';

/** An instant so many seconds before now; after it where they are negative. */
export function ago(seconds: number): string {
  return new Date(Date.parse(NOW) - seconds * 1_000).toISOString();
}

/** A person who is signed in. */
export function self(part: object = {}) {
  return {
    subject: 'p:lea.brandt',
    issuer: 'https://login.example.com',
    groups: ['leads', 'shop-owners', 'everyone'],
    kind: 'person',
    person: 'lea.brandt',
    roles: ['operator', 'approver'],
    seats: ['prod/namespaces', 'prod/scale'],
    delegable: ['prod/changes', 'prod/scale'],
    tokenEndsAt: ago(-20_000),
    session: { id: 's1', signedInAt: ago(4_000), idleEndsAt: ago(-1_500), endsAt: ago(-20_000), csrf: 'c' },
    ...part,
  };
}

export const BOT = { subject: 'ci:deploy-bot', issuer: 'https://ci.example.com', kind: 'autonomous' } as const;
export const TRIAGE = {
  subject: 'ai:triage-7',
  issuer: 'https://ci.example.com',
  kind: 'autonomous',
  person: 'sam.okafor',
} as const;

/** What other people write where they can: markup, what turns text around, what has no end. */
export const HOSTILE = `"><img src=x onerror=hacked()>\u202e{{7*7}}${'W'.repeat(180)}`;
