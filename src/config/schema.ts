/*
 * The configuration document, `sallyport.yaml`: one strict schema, from which the parser, the JSON Schema for editors and the reference page
 * come. Unknown keys are mistakes; every default stands here. Paths are relative to the file they stand in.
 */
import { z } from 'zod';
import { eks } from './eks.ts';
import { journal } from './journal-schema.ts';
import { consolePlace, control, heldCount, login, notifier, person, store } from './later.ts';
import { listen } from './listen.ts';
import { notBuilt } from './not-built.ts';
import { duration } from './policy-words.ts';
import { tracing } from './tracing.ts';
import { unsafe } from './unsafe.ts';

const name = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'expected a name of lower-case letters, digits and dashes, at most 63 long',
  );
const hostName = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
    'expected a lower-case host name',
  );
const port = z
  .int('expected a port number')
  .min(0, 'expected a port from 0 to 65535')
  .max(65535, 'expected a port from 0 to 65535');
const file = z.string().min(1, 'expected a path');
const url = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'expected an http or https URL');
const milliseconds = z.int('expected whole milliseconds').min(1, 'expected at least 1 millisecond');
const bytes = z.int('expected whole bytes').min(1, 'expected at least 1 byte');

const privatePort = z
  .strictObject({
    address: z
      .string()
      .default('127.0.0.1')
      .describe('Address for `/healthz`, `/readyz` and `/metrics`, which need no credential: keep it private.'),
    port: port.default(9090).describe('Port for them; 0 picks a free one.'),
  })
  .prefault({});

const tls = z
  .strictObject({
    certificateFile: file
      .optional()
      .describe('PEM certificate chain. Without it a local CA is made in `dataFolder` at first start.'),
    keyFile: file.optional().describe('PEM private key of `certificateFile`. Both are read again when they change.'),
    hostNames: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Further names and addresses that the local CA certifies, beside localhost and the targets’ host names.',
      ),
  })
  .refine(
    ({ certificateFile, keyFile }) => (certificateFile === undefined) === (keyFile === undefined),
    'expected `certificateFile` and `keyFile` together',
  )
  .prefault({});

const keys = z
  .strictObject({
    url: url.optional().describe('JWKS URL, instead of discovery.'),
    file: file
      .optional()
      .describe(
        'JWKS file, instead of discovery; read again when it changes. A token whose key is gone from it is taken no longer.',
      ),
  })
  .refine((value) => (value.url === undefined) !== (value.file === undefined), 'expected either `url` or `file`');

const claim = (defaultClaim: string, what: string) =>
  z
    .strictObject({
      claim: z.string().min(1).default(defaultClaim).describe(`Claim that holds the ${what}.`),
      prefix: z
        .string()
        .refine((text) => !text.startsWith('system:'), 'expected a prefix that is not Kubernetes’ own `system:`')
        .default('')
        .describe(`Put before the ${what}, so that issuers cannot mint each other’s.`),
    })
    .prefault({});

const issuer = z
  .strictObject({
    name: name.describe('Name in rules and recordings.'),
    url: url.describe('The `iss` claim, exactly; https, or http on loopback.'),
    audiences: z
      .array(z.string().min(1))
      .min(1, 'expected at least one audience')
      .describe('A token must name one of these in `aud`.'),
    keys: keys.optional().describe('Where the keys are, if not found by discovery.'),
    caFile: file
      .optional()
      .describe('PEM certificates to trust for discovery and keys, instead of the system’s; read anew at each fetch.'),
    subject: claim('sub', 'subject').describe(
      'How the subject is made; it is the user that Kubernetes sees. A claim that the token says is not verified (`email_verified: false`) is refused.',
    ),
    groups: claim('groups', 'groups').describe(
      'How groups are made. Those that begin with `system:` are dropped; a token that says that its groups are elsewhere (`_claim_names`, `hasgroups`) is refused.',
    ),
    labels: z
      .record(z.string(), z.string())
      .default({})
      .describe('Label to claim: further claims for rules and recordings.'),
    kind: z
      .enum(['autonomous', 'person'])
      .default('autonomous')
      .describe(
        'Who holds this issuer’s tokens. One that says who acts for its subject (`act`) is a program’s all the same.',
      ),
    person: person
      .optional()
      .describe(
        'The claim that names the person behind a token, so that nobody answers what another identity of theirs asks; without it, identities are told apart by their subject alone.',
      ),
    login: login
      .optional()
      .describe('How persons of this issuer sign in to the console with a browser; absent: they do not.'),
  })
  .refine(({ kind, login: how }) => how === undefined || kind === 'person', {
    path: ['login'],
    message: 'expected `kind: person`: only persons sign in to the console',
  });

const kubeconfig = z.strictObject({
  file: file.describe('A kubeconfig; exec plugins run, their credentials are kept in memory only.'),
  context: z.string().min(1).optional().describe('The context in it; its current one by default.'),
});

const server = z.strictObject({
  url: url.describe('The API server.'),
  caFile: file
    .optional()
    .describe(
      'PEM certificates to trust for it, instead of the system’s; read again every minute, and when a connection fails.',
    ),
  tokenFile: file.describe('File that holds a bearer token; read again when it changes.'),
});

const target = z
  .strictObject({
    name: name.describe('Name in paths, rules and recordings.'),
    kubeconfig: kubeconfig.optional(),
    server: server.optional(),
    reader: z
      .strictObject({
        kubeconfig: kubeconfig.optional(),
        tokenFile: file.optional().describe('File that holds a bearer token for the same server.'),
      })
      .refine(
        (value) => (value.kubeconfig === undefined) !== (value.tokenFile === undefined),
        'expected either `kubeconfig` or `tokenFile`',
      )
      .optional()
      .describe('A read-only credential for discovery and for what rules look up; by default the one that forwards.'),
    upstreamIdentity: z
      .enum(['caller', 'credential'])
      .default('caller')
      .describe(
        '`caller`: upstream sees the caller, by impersonation, beside its own RBAC. `credential`: upstream sees the gateway’s credential only.',
      ),
    marked: z
      .boolean()
      .default(false)
      .describe(
        'Whether upstream sees, in the extra `sallyport.dev/via` beside each caller, that it came through this target; what `sallyport cluster guard` asks for. It needs the right to impersonate `userextras/sallyport.dev/via`.',
      ),
    hostNames: z
      .array(hostName)
      .default([])
      .describe('Host names at which this target is reached without a path prefix.'),
    port: port.optional().describe('A port of its own, for clients that know a host and a port only.'),
    eks: eks.optional().describe('A cluster of Amazon EKS, with a token that is signed here.'),
    relay: notBuilt(name, 'a cluster behind a relay'),
    podSecrets: z
      .array(z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected the name of a namespace'))
      .min(1, 'expected at least one; leave the key out for none')
      .optional()
      .describe(
        'Namespaces in which the reader may `get` Secrets (give it a Role in each): before a log, exec or attach, those that its pod is given are looked up, and their values masked in it. What cannot be looked up is refused.',
      ),
  })
  .refine(
    ({ kubeconfig, server, eks, relay }) =>
      [kubeconfig, server, eks, relay].filter((way) => way !== undefined).length === 1,
    'expected one of `kubeconfig`, `server` and `eks`',
  )
  .refine(({ marked, upstreamIdentity }) => !marked || upstreamIdentity === 'caller', {
    path: ['marked'],
    message: 'expected `upstreamIdentity: caller`: there is no caller to be marked',
  });

/** A bound of the wire; what it is by default stands with the listener, which owns it, and on the page of limits. */
const wireBound = (bound: z.ZodNumber, what: string) =>
  bound.optional().describe(`${what} By default as in [limits.md](limits.md#the-wire).`);

const limits = z
  .strictObject({
    bodyBytesMax: bytes
      .default(3 * 1024 * 1024)
      .describe('The largest request body; the API server’s own bound is the same.'),
    bodyTimeoutMs: milliseconds.default(30_000).describe('How long a request body may take to arrive.'),
    headersCountMax: z
      .int()
      .min(1)
      .max(
        250,
        'expected at most 250: with the groups of its caller a request would have more than the 500 headers that upstream takes',
      )
      .default(100)
      .describe('Headers in one request.'),
    uriBytesMax: bytes.default(32 * 1024).describe('The longest request target.'),
    requestsPerCallerMax: z.int().min(1).default(400).describe('Requests of one caller in flight, streams included.'),
    streamsPerCallerMax: z
      .int()
      .min(1)
      .default(200)
      .describe('Watches, logs, execs and port-forwards of one caller at once.'),
    requestsPerCallerPerSecond: z
      .int()
      .min(1)
      .default(200)
      .describe(
        'Requests of one caller each second, over time. What goes over it is refused with 429 and recorded as a count.',
      ),
    requestsPerCallerBurstMax: z
      .int()
      .min(1)
      .default(1_000)
      .describe(
        'Requests that one caller may make at once after it has been quiet; kubectl’s discovery makes up to 300.',
      ),
    objectBytesMax: z
      .int()
      .min(64 * 1024)
      .max(32 * 1024 * 1024)
      .default(4 * 1024 * 1024)
      .describe(
        'Bytes of one object, list item or watch event that are held while it is masked; a reply with a larger one breaks off.',
      ),
    connectTimeoutMs: milliseconds
      .default(10_000)
      .describe('How long a connection to upstream and its handshake may take.'),
    upstreamTimeoutMs: milliseconds.default(60_000).describe('How long upstream may take to begin its answer.'),
    upstreamStallTimeoutMs: milliseconds
      .default(60_000)
      .describe(
        'How long upstream may send nothing of a reply that it has begun, before the reply is broken off; watches, followed logs, execs, port-forwards and proxies may be silent.',
      ),
    stopTimeoutMs: milliseconds
      .default(10_000)
      .describe('How long a stop waits for requests, execs and port-forwards in flight; watches and logs end at once.'),
    drainMs: z
      .int('expected whole milliseconds')
      .min(0, 'expected 0 or more')
      .default(0)
      .describe(
        'How long a gateway that is told to stop still takes new connections, while `/readyz` answers 503 and each answer says that the connection ends: longer than load balancers need to hear of it, and than callers leave between two requests on a connection that they keep. The chart says 3 s.',
      ),
    guessesMax: z
      .int('expected a whole number')
      .min(1, 'expected at least 1')
      .default(60)
      .describe(
        'Different values that one caller may write, within an hour, into places of one object that are masked for it; dry runs count, and so does what other gateways on the store have seen. More are refused (`MASK_MISPLACED`), and an event.',
      ),
    unknownFor: duration
      .default('5m')
      .describe(
        'How long a request that may have run, and would be done twice, is refused when it comes again (`REPEATED_UNKNOWN`): a length of time such as `90s`, `5m`.',
      ),
    wire: z
      .strictObject({
        headersBytesMax: wireBound(
          bytes,
          'Request line and headers of one request together; never less than `uriBytesMax` and 32768 more.',
        ),
        headersTimeoutMs: wireBound(
          milliseconds,
          'How long the headers of a request may take to arrive over HTTP/1.1.',
        ),
        requestTimeoutMs: wireBound(milliseconds, 'How long a whole request may take to arrive over HTTP/1.1.'),
        idleTimeoutMs: wireBound(milliseconds, 'How long a connection without a request in flight is kept.'),
        slowReaderTimeoutMs: wireBound(
          milliseconds,
          'How long a client may take nothing of what waits for it before its reply is cut.',
        ),
        halfCloseTimeoutMs: wireBound(
          milliseconds,
          'How long an exec or port-forward may go on after one side has ended, and how long what a client still sends is dropped behind an answer that ends its connection.',
        ),
        connectionsMax: wireBound(z.int().min(1), 'TCP connections of one port at once.'),
        handshakeTimeoutMs: wireBound(milliseconds, 'How long a TLS handshake may take.'),
        unwantedBodyBytesMax: wireBound(
          bytes,
          'How much of a body that nobody wanted is read and thrown away to keep the connection.',
        ),
        headersCountMax: wireBound(
          z.int().min(1),
          'Header fields of one HTTP/2 request, beyond which its stream is reset; never less than `headersCountMax` and 100 more.',
        ),
        streamsPerConnectionMax: wireBound(
          z.int().min(1),
          'Requests in flight on one connection; over HTTP/1.1 those that wait for one before them count too, and one more ends the connection.',
        ),
        streamWindowBytes: wireBound(
          z
            .int()
            .min(65_535)
            .max(2 ** 31 - 1),
          'Flow-control window of one HTTP/2 stream towards the gateway.',
        ),
        connectionMegabytesMax: wireBound(z.int().min(1), 'Memory that one HTTP/2 connection may take, in megabytes.'),
        invalidFramesMax: wireBound(
          z.int().min(1),
          'Invalid frames that one HTTP/2 connection may send before it is closed.',
        ),
        streamResetsMax: wireBound(
          z.int().min(1),
          'Streams that one HTTP/2 connection may reset at once; one more closes it.',
        ),
        streamResetsPerSecond: wireBound(z.int().min(1), 'Resets that are forgiven each second.'),
      })
      .prefault({}),
    bodies: z
      .strictObject({
        depthMax: z
          .int()
          .min(8)
          .max(1_000)
          .default(128)
          .describe('How deep objects and lists of a request body may stand in each other.'),
        valuesMax: z.int().min(1_000).default(250_000).describe('How many values a request body may hold in all.'),
        yamlBytesMax: bytes
          .default(64 * 1024)
          .describe(
            'How large a request body in YAML that is not JSON may be: reading it stops everything else, a second for each megabyte.',
          ),
      })
      .prefault({}),
    heldMax: heldCount
      .default(10_000)
      .describe(
        'Requests that wait for a person at once, on their connections at this gateway; one more is refused with 429.',
      ),
    heldPerCallerMax: heldCount.default(50).describe('Those of one caller.'),
    feedLostMs: milliseconds
      .min(3_000, 'expected at least 3000 milliseconds: gateways tell themselves something every 2 seconds')
      .default(10_000)
      .describe('How long other gateways on the same PostgreSQL may not be heard before every grant counts as ended.'),
  })
  .prefault({});

/** The document as the schema has it, defaults filled in. */
export const configSchema = z.strictObject({
  apiVersion: z.literal('sallyport.dev/v1', 'expected `sallyport.dev/v1`'),
  kind: z.literal('Gateway', 'expected `Gateway`'),
  dataFolder: file
    .default('.sallyport')
    .describe('Where the local CA, the journal and its key are kept; made with mode 0700.'),
  listen,
  private: privatePort,
  tls,
  issuers: z
    .array(issuer)
    .min(1, 'expected at least one issuer: without one nobody can be authenticated')
    .describe('Who issues callers’ tokens.'),
  targets: z.array(target).min(1, 'expected at least one target').describe('What callers reach.'),
  policy: z
    .strictObject({ files: z.array(file).min(1, 'expected at least one file') })
    .describe('Policy files, or folders of them; loaded as one set or not at all.'),
  openHealthPaths: z
    .boolean()
    .default(false)
    .describe(
      'Whether every authenticated caller may read `/healthz`, `/livez` and `/readyz` of targets, as it may read discovery.',
    ),
  journal,
  masks: z
    .strictObject({
      keyFile: file
        .optional()
        .describe(
          'File of 64 hex digits: the key under which masks are made. Gateways that share callers share it; those of one PostgreSQL are held to it. Without it one is made in `dataFolder`.',
        ),
      retiredKeyFiles: z
        .array(file)
        .default([])
        .describe(
          'Files of keys under which masks were made, so that those masks are still known, and get their values where they are written back. What `sallyport mask rotate-key` puts beside `keyFile` is found without.',
        ),
    })
    .prefault({})
    .describe('How masks are made.'),
  limits,
  console: consolePlace
    .optional()
    .describe('Where the control plane is served, over HTTPS; absent: there is none, and nothing can be requested.'),
  control: control.describe('What the control plane may change.'),
  store: store.optional().describe('Where grants and kills are kept; absent: SQLite and a key, made in `dataFolder`.'),
  notifiers: z
    .array(notifier)
    .default([])
    .describe('How people are told of what `notify` in policy names; needs a `console`.'),
  tracing: tracing.optional(),
  workers: z
    .int('expected a whole number')
    .min(1, 'expected at least 1')
    .max(64, 'expected at most 64')
    .default(1)
    .describe(
      'Processes that serve the same ports, each with a journal of its own; more than one needs a `console`, whose store they share. As many as there are processors, at most.',
    ),
  unsafe,
});

export type ConfigDocument = z.infer<typeof configSchema>;
