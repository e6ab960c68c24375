/*
 * The parts of `sallyport.yaml` beside the data path: control plane, store, and whom the gateway tells. What of them is not built yet is refused at its key; their names are final.
 */
import { z } from 'zod';
import { durationMs } from '../std/duration.ts';
import { isTrustedUrl } from '../std/trusted-url.ts';
import { notBuilt } from './not-built.ts';
import { duration } from './policy-words.ts';

const file = z.string().min(1, 'expected a path');
const port = z
  .int('expected a port number')
  .min(0, 'expected a port from 0 to 65535')
  .max(65535, 'expected a port from 0 to 65535');
const word = z.string().min(1, 'expected at least one character');

/** Where the control plane is served. */
export const consolePlace = z.strictObject({
  address: z.string().default('127.0.0.1').describe('Address that the control plane listens on.'),
  port: port.describe('Its port; 0 picks a free one.'),
  hostName: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'expected a lower-case host name')
    .optional()
    .describe('Host name by which people reach it; the local CA certifies it.'),
  url: z
    .string()
    .regex(
      /^https:\/\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9]\d{0,4})?$/,
      'expected `https://` and a lower-case host name, with a port where it is not 443, and nothing behind it',
    )
    .optional()
    .describe(
      'How people reach it, where a Service or a balancer before it has another name or port than `hostName` and `port` say; without `pathPrefix`.',
    ),
  sessionMax: duration
    .default('8h')
    .describe('How long a browser stays signed in, whatever its person does. What they are is read when they sign in.'),
  sessionIdleMax: duration
    .default('30m')
    .describe('How long it stays signed in without anything that its person does.'),
  pathPrefix: z
    .string()
    .regex(/^(\/[A-Za-z0-9._~-]+)*$/, 'expected a path such as `/sallyport`, without a `/` at its end')
    .default('')
    .describe('Path before `/api/v1`, where a proxy in front puts one.'),
  audiences: z
    .array(word)
    .min(1)
    .optional()
    .describe('A token must name one of these in `aud`; default: the audiences of its issuer.'),
});

/** What the control plane may change. */
export const control = z
  .strictObject({
    policyByApi: notBuilt(z.boolean(), 'whether policy can be proposed by API'),
    targetRoles: z
      .array(
        z
          .string()
          .regex(
            /^arn:aws[a-z-]*:iam::[0-9*]{1,12}:role\/[\w+=,.@/*-]{1,512}$/,
            'expected `arn:aws:iam::ACCOUNT:role/NAME`; `*` is any run of characters',
          ),
      )
      .default([])
      .describe(
        'Roles of AWS that the gateway takes for targets that are registered by API; `*` is any run of characters. None by default: whoever may register a target could else have the gateway take any role that it may.',
      ),
  })
  .prefault({});

/** How long what has ended is kept in a store of which nothing is said. */
export const STORE_KEEP_FOR = '90d';

/** Where grants and answers are kept. */
export const store = z
  .strictObject({
    sqlite: z.strictObject({ file: file.describe('The database file.') }).optional(),
    postgres: z.strictObject({ urlFile: file.describe('File that holds the connection URL.') }).optional(),
    keyFile: file
      .optional()
      .describe(
        'File that holds the key under which rows that give power are sealed; with `postgres` required and shared by all gateways.',
      ),
    keepFor: duration
      .refine(
        (text) => durationMs(text) >= durationMs('1d'),
        'expected at least `1d`: an idempotency key is good for a day',
      )
      .default(STORE_KEEP_FOR)
      .describe(
        'How long what has ended is kept in the store: grants with their idempotency keys, questions, tokens, delegations, stops that were lifted, and targets by API that were removed. What became of them is in the journal for as long as that is kept.',
      ),
  })
  .refine(
    ({ sqlite, postgres }) => sqlite === undefined || postgres === undefined,
    'expected `sqlite` or `postgres`, not both',
  )
  .refine(({ postgres, keyFile }) => postgres === undefined || keyFile !== undefined, {
    path: ['keyFile'],
    message: 'expected `keyFile`: all gateways on one PostgreSQL share it',
  });

/** An address that nobody on the way can speak for. */
export const trustedUrl = word.refine(
  (text) => URL.canParse(text) && isTrustedUrl(text),
  'expected an https URL: what is told is for nobody on the way',
);

/** Which claim names the person behind a token. */
export const person = z.strictObject({ claim: word });

/** How people log in to the console with this issuer. */
export const login = z.strictObject({
  clientId: word.describe(
    'The client that the issuer knows the console as. Its redirect address is `/sign-in/callback` behind the console’s.',
  ),
  clientSecretFile: file
    .optional()
    .describe(
      'File that holds the client’s secret, read anew at each use; absent: a public client, which PKCE alone protects.',
    ),
  scopes: z
    .array(word)
    .default(['profile', 'email'])
    .describe('Asked for beside `openid`: those that put the claims of `subject` and `groups` into the ID token.'),
});

const messagedPerson = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Z0-9]{2,32}$/, 'expected an id such as `U012AB3CD`')
      .describe('Slack’s own id of them.'),
    subject: word.describe('The subject that rules know them by, with its issuer’s prefix.'),
    issuer: word.optional().describe('Their issuer, of `kind: person`; default: the only one there is.'),
    groups: z.array(word).default([]).describe('Groups that rules know them by; nothing else says them here.'),
    person: word
      .optional()
      .describe('As the issuers’ `person` claim names them; needed where programs of persons ask.'),
  })
  .describe('Who somebody in a chat is.');

/** Nothing in it ends a line of the protocol, or a bracket. */
const mailbox = z
  .string()
  .regex(/^[^\s<>@]{1,64}@[A-Za-z0-9.-]{1,255}$/, 'expected an address such as `ops@example.com`');

/** How people are told. */
export const notifier = z
  .strictObject({
    name: word.describe('What `notify[].to` names.'),
    slack: z
      .strictObject({
        tokenFile: file.describe('File of a bot token with the scope `chat:write`; read for each notice.'),
        channel: word.describe('A channel’s name or id.'),
        signingSecretFile: file
          .optional()
          .describe(
            'File of the app’s signing secret: messages then have buttons where a rule’s `answerFrom` says so. Slack’s request URL is `/api/v1/chat/NAME/slack` of the console.',
          ),
        apiUrl: trustedUrl.optional().describe('Slack’s API, where it is reached by another address.'),
      })
      .optional()
      .describe('A message in a channel, changed as what it is about goes on.'),
    teams: z
      .strictObject({
        urlFile: file.describe('File of a workflow’s address, which is a secret; read for each notice.'),
      })
      .optional()
      .describe('A card in a channel of Microsoft Teams.'),
    webhook: z
      .strictObject({
        url: trustedUrl.describe('Where it is sent by POST, as JSON.'),
        secretFile: file
          .optional()
          .describe(
            'File of the secret under which it is signed as Standard Webhooks says: `whsec_` and base64, or text.',
          ),
      })
      .optional()
      .describe('Any program of your own.'),
    pagerduty: z
      .strictObject({ routingKeyFile: file.describe('File of an integration key for Events API v2.') })
      .optional()
      .describe('An alert, resolved when what it is about is over.'),
    smtp: z
      .strictObject({
        host: word.describe(
          'A server that takes mails without a login; it has to offer STARTTLS, unless it is this machine.',
        ),
        port: port.default(25),
        from: mailbox,
        to: z.array(mailbox).min(1, 'expected at least one').max(50),
      })
      .optional()
      .describe('Mails.'),
    module: z
      .strictObject({
        file: file.describe(
          'A module that exports a function `send`; it is loaded at the start, and runs in the gateway with all that the gateway may.',
        ),
      })
      .optional()
      .describe('A notifier of your own.'),
    people: z.array(messagedPerson).max(1_000).optional().describe('Who may answer by buttons, and who they are.'),
  })
  .refine(
    ({ name: _, people: __, ...kinds }) => Object.values(kinds).filter((kind) => kind !== undefined).length === 1,
    'expected one of `slack`, `teams`, `webhook`, `pagerduty`, `smtp` and `module`',
  );

/** Who is told what the journal gets. */
export const receiver = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
        'expected a name of lower-case letters, digits and dashes, at most 63 long',
      )
      .describe('Name in `/readyz` and metrics; how far it has been told is kept under it.'),
    format: z
      .enum(['jsonl', 'audit', 'ocsf'])
      .default('jsonl')
      .describe(
        '`jsonl`: the journal’s own lines. `audit`: exchanges as `audit.k8s.io/v1` events. `ocsf`: events of OCSF 1.8.0.',
      ),
    webhook: z
      .strictObject({
        url: trustedUrl.describe('Where records are sent by POST, as JSON.'),
        secretFile: file
          .optional()
          .describe('File of the secret under which each POST is signed as Standard Webhooks says.'),
        caFile: file.optional().describe('PEM certificates to trust for it, instead of the system’s.'),
      })
      .optional()
      .describe('Any program of your own.'),
    file: z
      .strictObject({ path: file.describe('It grows by a line for each record; moved away, it is made anew.') })
      .optional()
      .describe('A file, outside the journal’s folder.'),
    syslog: z
      .strictObject({
        host: word,
        port: port.default(6514),
        caFile: file.optional().describe('PEM certificates to trust for it, instead of the system’s.'),
        certificateFile: file.optional().describe('PEM certificate as which the gateway shows itself.'),
        keyFile: file.optional().describe('Its private key.'),
      })
      .refine(
        ({ certificateFile, keyFile }) => (certificateFile === undefined) === (keyFile === undefined),
        'expected `certificateFile` and `keyFile` together',
      )
      .optional()
      .describe('A syslog server over TLS (RFC 5424, RFC 5425).'),
    otlp: z
      .strictObject({
        url: trustedUrl.describe('Its address for logs over HTTP, which commonly ends in `/v1/logs`.'),
        headersFile: file.optional().describe('File of further headers, `name: value` in a line each.'),
        caFile: file.optional().describe('PEM certificates to trust for it, instead of the system’s.'),
      })
      .optional()
      .describe('OpenTelemetry logs, as JSON.'),
  })
  .refine(
    ({ webhook, file: kept, syslog, otlp }) =>
      [webhook, kept, syslog, otlp].filter((kind) => kind !== undefined).length === 1,
    'expected one of `webhook`, `file`, `syslog` and `otlp`',
  );

/** Approvals that wait, in all and of one caller. */
export const heldCount = z.int('expected a whole number').min(1, 'expected at least 1');
