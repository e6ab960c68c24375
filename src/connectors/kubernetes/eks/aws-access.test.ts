import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { awsAccess } from './aws-access.ts';

/** AWS as its library reads it; its real forms are held against other people's programs in test/oracle/eks.test.ts and eks-moto.test.ts. */
const asked: { path: string; form: URLSearchParams; key: string }[] = [];
let described: unknown = {};
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const key = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    asked.push({ path: request.url ?? '', form, key });
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify({ cluster: described }));
    }
    if (form.get('RoleArn')?.endsWith('/forbidden')) {
      response.statusCode = 403;
      return response.end(
        '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>',
      );
    }
    const keys =
      '<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>';
    return response.end(
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${keys}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    );
  });
});

const VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_ENDPOINT_URL',
];
const before_ = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  for (const name of VARIABLES) delete process.env[name];
  process.env.AWS_ACCESS_KEY_ID = 'AKIAOWN';
  process.env.AWS_SECRET_ACCESS_KEY = 'hidden';
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  for (const [name, value] of Object.entries(before_)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

const CLUSTER = { cluster: 'prod', region: 'eu-west-1', sessionName: 'gateway-1', tags: {}, isFips: false };
const roleArn = 'arn:aws:iam::111122223333:role/sallyport';

test('without a role the process’ own keys sign, and nothing is asked', async () => {
  asked.length = 0;
  const { keys, endsAt } = await awsAccess(CLUSTER, process.env).sessionForTokens();
  assert.equal(keys.accessKeyId, 'AKIAOWN');
  assert.equal(endsAt, undefined);
  assert.equal(asked.length, 0);
});

test('a role is taken in a session that may do nothing, under its name, tags and source identity', async () => {
  asked.length = 0;
  const more = { externalId: 'ext', sourceIdentity: 'me', tags: { team: 'shop' } };
  const { keys, endsAt } = await awsAccess({ ...CLUSTER, ...more, roleArn }, process.env).sessionForTokens();
  assert.deepEqual([keys.accessKeyId, endsAt], ['ASIAROLE', Date.parse('2099-01-01T00:00:00Z')]);
  const form = asked[0]?.form ?? new URLSearchParams();
  assert.equal(asked[0]?.key, 'AKIAOWN');
  assert.deepEqual(
    ['Action', 'RoleArn', 'RoleSessionName', 'DurationSeconds', 'ExternalId', 'SourceIdentity'].map((name) =>
      form.get(name),
    ),
    ['AssumeRole', roleArn, 'gateway-1', '3600', 'ext', 'me'],
  );
  assert.deepEqual([form.get('Tags.member.1.Key'), form.get('Tags.member.1.Value')], ['team', 'shop']);
  const statements = JSON.parse(form.get('Policy') ?? '').Statement;
  assert.deepEqual(statements, [{ Effect: 'Deny', Action: '*', Resource: '*' }]);
});

test('a role that may not be taken is told in AWS’s words', async () => {
  await assert.rejects(
    awsAccess({ ...CLUSTER, roleArn: `${roleArn}/forbidden` }, process.env).sessionForTokens(),
    /not authorized/,
  );
});

test('a cluster is described in the role’s name, in a session that may do that alone', async () => {
  asked.length = 0;
  described = {
    endpoint: 'https://x.gr7.eu-west-1.eks.amazonaws.com',
    certificateAuthority: { data: Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64') },
  };
  const endpoint = await awsAccess({ ...CLUSTER, roleArn }, process.env).describeCluster();
  assert.deepEqual(endpoint, {
    server: 'https://x.gr7.eu-west-1.eks.amazonaws.com',
    caPem: '-----BEGIN CERTIFICATE-----',
  });
  assert.deepEqual(
    asked.map(({ key }) => key),
    ['AKIAOWN', 'ASIAROLE'],
  );
  assert.equal(asked[1]?.path, '/clusters/prod');
  assert.match(asked[0]?.form.get('Policy') ?? '', /"eks:DescribeCluster"/);
});

test('a cluster that has no endpoint yet, or no https, is said so', async () => {
  described = { status: 'CREATING' };
  await assert.rejects(
    awsAccess(CLUSTER, process.env).describeCluster(),
    /`prod` has no endpoint yet: its status is CREATING/,
  );
  described = { endpoint: 'http://x', certificateAuthority: { data: 'eA==' } };
  await assert.rejects(awsAccess(CLUSTER, process.env).describeCluster(), /an endpoint that is not https/);
});

const hosts = [
  ['eu-west-1', false, 'sts.eu-west-1.amazonaws.com'],
  ['us-east-1', false, 'sts.us-east-1.amazonaws.com'],
  ['us-east-1', true, 'sts-fips.us-east-1.amazonaws.com'],
  ['us-gov-west-1', true, 'sts.us-gov-west-1.amazonaws.com'],
  ['cn-north-1', false, 'sts.cn-north-1.amazonaws.com.cn'],
  ['us-iso-east-1', false, 'sts.us-iso-east-1.c2s.ic.gov'],
  ['eusc-de-east-1', false, 'sts.eusc-de-east-1.amazonaws.eu'],
] as const;
for (const [region, isFips, host] of hosts) {
  test(`tokens for ${region}${isFips ? ' with FIPS' : ''} are signed for ${host}, whatever endpoint the environment names`, async () => {
    assert.equal(await awsAccess({ ...CLUSTER, region, isFips }, process.env).stsHost(), host);
  });
}
