import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CliError } from './cli-error.ts';
import { fetchToken, type TokenSource } from './token.ts';

const TOKEN = `e30.${Buffer.from(JSON.stringify({ sub: 'dev', exp: 2_000_000_000 })).toString('base64url')}.c2ln`;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-token-'));
const at = (name: string) => join(folder, name);

/** Answers as its path says, and keeps what it was asked. */
let server: Server;
let origin: string;
const asked: { readonly request: IncomingMessage; readonly body: string }[] = [];

before(async () => {
  writeFileSync(at('token'), `${TOKEN}\n`);
  writeFileSync(at('password'), 'hunter2\n');
  writeFileSync(at('no-claims'), 'aaaa.bbbb.cccc');
  writeFileSync(at('secret'), 's:ecret\n');
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ request, body });
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const refuses = pathname === '/fails' || (pathname === '/form-only' && request.headers.authorization !== undefined);
    const answers: Record<string, string> = {
      '/github': JSON.stringify({ value: TOKEN }),
      '/empty': '{}',
      '/html': '<html>',
      '/long': `"${'x'.repeat(2 * 1024 * 1024)}"`,
    };
    response.writeHead(refuses ? 401 : 200);
    if (refuses) response.end(JSON.stringify({ error: 'invalid_client', error_description: 'not\u001b[31m this way' }));
    else response.end(answers[pathname] ?? JSON.stringify({ access_token: TOKEN }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const github = (url = `${origin}/github?version=2`) => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: url,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner',
});
const client = (path: string): TokenSource => ({
  tokenUrl: `${origin}${path}`,
  clientId: 'ci:x',
  clientSecretFile: at('secret'),
});

test('a token is read from a file, from the environment, from GitHub Actions, and asked for by client credentials', async () => {
  assert.equal(await fetchToken({ tokenFile: at('token') }, {}), TOKEN);
  assert.equal(await fetchToken({ tokenEnv: 'CI_TOKEN' }, { CI_TOKEN: TOKEN }), TOKEN);
  assert.equal(await fetchToken({ githubActions: true }, github()), TOKEN);
  assert.equal(await fetchToken(client('/token'), {}), TOKEN);
});

test('GitHub Actions is asked with the job’s own token, and for the audience', async () => {
  await fetchToken({ githubActions: true, audience: 'sally port' }, github());
  const { request } = asked.at(-1) as (typeof asked)[number];
  assert.equal(request.url, '/github?version=2&audience=sally+port');
  assert.equal(request.headers.authorization, 'Bearer runner');
});

test('a client presents itself in the header, each part encoded; where that is refused, in the form', async () => {
  await fetchToken({ ...client('/form-only'), scope: 'a b', audience: 'urn:sallyport' }, {});
  const [header, form] = asked.slice(-2);
  const basic = Buffer.from(header?.request.headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
  assert.equal(basic, 'ci%3Ax:s%3Aecret');
  const common = {
    grant_type: 'client_credentials',
    scope: 'a b',
    audience: 'urn:sallyport',
    resource: 'urn:sallyport',
  };
  assert.deepEqual(Object.fromEntries(new URLSearchParams(header?.body)), common);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(form?.body)), {
    ...common,
    client_id: 'ci:x',
    client_secret: 's:ecret',
  });
});

test('an audience that is no URI is not asked for as a resource', async () => {
  await fetchToken({ ...client('/token'), audience: 'sallyport' }, {});
  assert.equal(new URLSearchParams(asked.at(-1)?.body).has('resource'), false);
});

type Mistake = readonly [what: string, source: () => TokenSource, says: RegExp, env?: () => Record<string, string>];

const MISTAKES: readonly Mistake[] = [
  ['no source', () => ({}), /^name one source of the token: --token-file/],
  ['two sources', () => ({ tokenFile: at('token'), tokenEnv: 'X' }), /^name one source/],
  ['a file that is not there', () => ({ tokenFile: at('nothing') }), /^file `.*nothing` cannot be read: there is no such file or folder$/],
  ['a file that holds something else', () => ({ tokenFile: at('password') }), /^file `.*password` holds no JSON Web Token$/],
  ['a token without claims', () => ({ tokenFile: at('no-claims') }), /holds no JSON Web Token$/],
  ['a variable that is not set', () => ({ tokenEnv: 'CI' }), /^environment variable `CI` holds no JSON Web Token$/],
  ['GitHub Actions elsewhere', () => ({ githubActions: true }), /^GitHub Actions offers no token here: give the job/],
  ['an answer without a token', () => client('/empty'), /empty` holds no JSON Web Token$/],
  ['an answer that is no JSON', () => client('/html'), /html` holds no JSON Web Token$/],
  ['an answer without end', () => client('/long'), /cannot be asked for a token: its answer is too long$/],
  ['a refused client', () => client('/fails'), /^`http:\/\/127[^`]*` answered 401 and no token: not\\u001b\[31m this way$/],
  ['no client', () => ({ tokenUrl: origin }), /^--token-url needs --client-id and --client-secret-file$/],
  ['plain http elsewhere', () => ({ ...client(''), tokenUrl: 'http://issuer.example.com/' }), /neither https nor on loopback/],
  ['no URL', () => ({ ...client(''), tokenUrl: 'issuer' }), /^`issuer` is no URL$/],
  ['nobody there', () => ({ ...client(''), tokenUrl: 'http://127.0.0.1:1/' }), /^`http:\/\/127\.0\.0\.1:1` cannot be asked for a token: /],
  ['GitHub Actions refusing', () => ({ githubActions: true }), /answered 401 and no token$/, () => github(`${origin}/fails`)],
]; // biome-ignore format: a table

for (const [what, source, says, env] of MISTAKES) {
  test(`${what} is told in one sentence, without a secret in it`, async () => {
    await assert.rejects(fetchToken(source(), env?.() ?? {}), (error: Error) => {
      assert.ok(error instanceof CliError, String(error));
      assert.match(error.message, says);
      assert.doesNotMatch(error.message, /\n|hunter2|s:ecret|runner/);
      return true;
    });
  });
}
