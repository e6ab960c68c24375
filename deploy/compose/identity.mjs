// An identity provider for the first look: discovery, keys, and tokens by the client_credentials grant, for two callers whose secrets are in .env. It is no provider for more than a
// look: there is no login, no rotation, and whoever has a secret is who it says.
import { createHash, createPrivateKey, createPublicKey, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import process from 'node:process';
import { exportJWK, SignJWT } from 'jose';

const port = Number(process.env.PORT ?? 5556);
const issuer = `http://127.0.0.1:${port}`;
const lifetimeSeconds = 3_600;
const bodyBytesMax = 8_192;
const folder = process.env.SALLYPORT_FOLDER ?? '/var/lib/sallyport';
const key = createPrivateKey(readFileSync(path.join(folder, 'keys', 'identity.pem')));
const jwk = { ...(await exportJWK(createPublicKey(key))), kid: '1', use: 'sig', alg: 'ES256' };
const clients = {
  agent: { secret: process.env.AGENT_SECRET ?? '', groups: ['agents'] },
  person: { secret: process.env.PERSON_SECRET ?? '', groups: ['people'] },
};

const documents = {
  '/.well-known/openid-configuration': {
    issuer,
    jwks_uri: `${issuer}/keys`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: [],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  },
  '/keys': { keys: [jwk] },
};

async function answer(request) {
  const { pathname } = new URL(request.url ?? '/', issuer);
  if (request.method === 'GET' && Object.hasOwn(documents, pathname)) return [200, documents[pathname]];
  if (request.method !== 'POST' || pathname !== '/token') return [404, { error: 'not_found' }];
  const body = new URLSearchParams(await textOf(request));
  const id = body.get('client_id') ?? '';
  if (body.get('grant_type') !== 'client_credentials') return [400, { error: 'unsupported_grant_type' }];
  if (!Object.hasOwn(clients, id) || !isSame(body.get('client_secret') ?? '', clients[id].secret))
    return [401, { error: 'invalid_client' }];
  const token = await new SignJWT({ groups: clients[id].groups })
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid })
    .setIssuer(issuer)
    .setSubject(id)
    .setAudience('sallyport')
    .setIssuedAt()
    .setExpirationTime(`${lifetimeSeconds}s`)
    .sign(key);
  return [200, { access_token: token, token_type: 'Bearer', expires_in: lifetimeSeconds }];
}

async function textOf(request) {
  let text = '';
  for await (const piece of request) {
    text += piece;
    if (text.length > bodyBytesMax) throw new Error('the body is too long');
  }
  return text;
}

/** An empty secret is nobody's. */
function isSame(given, secret) {
  const digest = (text) => createHash('sha256').update(text).digest();
  return secret !== '' && timingSafeEqual(digest(given), digest(secret));
}

const server = createServer((request, response) => {
  answer(request)
    .catch(() => [400, { error: 'invalid_request' }])
    .then(([status, document]) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(document));
    });
});
// Every interface of the container that it shares with the gateway: its port is published on this machine's loopback alone.
server.listen(port, () => process.stdout.write(`${issuer}\n`));
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0));
