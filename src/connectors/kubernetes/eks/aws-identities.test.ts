// Whose credentials the gateway's own are: the roles that EKS gives to a pod, and the way to AWS by a proxy. Each is had from AWS's own library, before a server that answers as AWS does.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { awsAccess } from './aws-access.ts';

const CLUSTER = { cluster: 'prod', region: 'eu-west-1', sessionName: 'gateway-1', tags: {}, isFips: false };
const ROLE = 'arn:aws:iam::111122223333:role/sallyport';
const ENDS = '2099-01-01T00:00:00Z';

interface Question {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
}

/** A server that answers as STS and as the agent of Pod Identity, and what it was asked. */
async function startAws(t: TestContext) {
  const asked: Question[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const form = new URLSearchParams(await text(request));
    asked.push({ url: request.url ?? '', authorization: request.headers.authorization, form });
    const action = form.get('Action');
    if (action === null)
      return response.end(
        JSON.stringify({ AccessKeyId: 'ASIAPOD', SecretAccessKey: 's', Token: 't', Expiration: ENDS }),
      );
    const id = action === 'AssumeRole' ? 'ASIAROLE' : 'ASIAWEB';
    const keys = `<AccessKeyId>${id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${ENDS}</Expiration>`;
    return response.end(
      `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>${keys}</Credentials></${action}Result></${action}Response>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Only these variables of AWS, and no files of a person, until the test is over. */
function environment(t: TestContext, variables: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-aws-'));
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  const files = { AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'), AWS_CONFIG_FILE: join(folder, 'none') };
  Object.assign(process.env, files, { AWS_EC2_METADATA_DISABLED: 'true' }, variables);
  writeFileSync(join(folder, 'token'), 'a-token-of-the-pod');
  t.after(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    rmSync(folder, { recursive: true });
  });
  return join(folder, 'token');
}

test('IRSA: the token of the pod’s service account is given for its role, and from that the role of the target is taken', async (t) => {
  const { asked, url } = await startAws(t);
  const file = environment(t, { AWS_ENDPOINT_URL: url, AWS_ROLE_ARN: `${ROLE}-pod`, AWS_ROLE_SESSION_NAME: 'pod' });
  process.env['AWS_WEB_IDENTITY_TOKEN_FILE'] = file;
  assert.equal((await awsAccess(CLUSTER, {}).sessionForTokens()).keys.accessKeyId, 'ASIAWEB');
  const own = asked.at(-1)?.form;
  assert.deepEqual(
    ['Action', 'RoleArn', 'WebIdentityToken'].map((name) => own?.get(name)),
    ['AssumeRoleWithWebIdentity', `${ROLE}-pod`, 'a-token-of-the-pod'],
  );
  const taken = await awsAccess({ ...CLUSTER, roleArn: ROLE }, {}).sessionForTokens();
  assert.deepEqual([taken.keys.accessKeyId, taken.endsAt], ['ASIAROLE', Date.parse(ENDS)]);
  assert.match(asked.at(-1)?.authorization ?? '', /Credential=ASIAWEB\//);
});

test('EKS Pod Identity: the agent of the node is asked with the token of the pod', async (t) => {
  const { asked, url } = await startAws(t);
  const file = environment(t, { AWS_ENDPOINT_URL: url, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials` });
  process.env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] = file;
  const { keys, endsAt } = await awsAccess(CLUSTER, {}).sessionForTokens();
  assert.deepEqual([keys.accessKeyId, endsAt], ['ASIAPOD', Date.parse(ENDS)]);
  const [{ url: path, authorization }] = asked as [Question];
  assert.deepEqual([path, authorization], ['/v1/credentials', 'a-token-of-the-pod']);
});

test('AWS is asked by the proxy that the environment names, unless it is excepted', async (t) => {
  const { asked, url } = await startAws(t);
  environment(t, { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'AKIAOWN', AWS_SECRET_ACCESS_KEY: 'hidden' });
  const proxy = await startAws(t);
  const session = (variables: Readonly<Record<string, string>>) =>
    awsAccess({ ...CLUSTER, roleArn: ROLE }, variables).sessionForTokens();
  await session({ HTTP_PROXY: proxy.url });
  assert.deepEqual([asked.length, proxy.asked.length], [0, 1]);
  assert.ok(proxy.asked[0]?.url.startsWith(url), 'the proxy is told where to');
  await session({ HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' });
  assert.deepEqual([asked.length, proxy.asked.length], [1, 1]);
  await session({ HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.0/8' });
  assert.deepEqual(
    [asked.length, proxy.asked.length],
    [1, 2],
    'a network is not read, as docs/how-to/put-it-before-eks.md says',
  );
});
