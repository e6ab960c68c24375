// What is asked of AWS for a cluster of EKS, of moto, which answers as AWS does: a role is taken, and the cluster found in its name.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { awsAccess } from '../../src/connectors/kubernetes/eks/aws-access.ts';
import { freePorts } from '../support/free-ports.ts';
import { leftOut } from '../support/left-out.ts';

const program = process.env['SALLYPORT_MOTO_SERVER'];
const CLUSTER = {
  cluster: 'prod',
  region: 'eu-west-1',
  sessionName: 'gateway-1',
  tags: { team: 'shop' },
  isFips: false,
};
const ROLE = 'arn:aws:iam::123456789012:role/sallyport';

if (program === undefined)
  leftOut(
    'AssumeRole and DescribeCluster, as moto answers them',
    "`pip install 'moto[server,s3]==5.2.5'`, and name its moto_server in SALLYPORT_MOTO_SERVER",
  );
else
  test('a role is taken and the cluster found in its name; one that there is not is told in AWS’s words', async (t) => {
    const [port] = (await freePorts(1)) as [number];
    const server = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    t.after(() => server.kill('SIGKILL'));
    const endpoint = `http://127.0.0.1:${port}`;
    const before = { ...process.env };
    const own = { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'AKIAOWN', AWS_SECRET_ACCESS_KEY: 'hidden' };
    Object.assign(process.env, own);
    t.after(() => {
      for (const name of Object.keys(own)) delete process.env[name];
      Object.assign(process.env, before);
    });
    const described = await untilMade(endpoint);

    const access = awsAccess({ ...CLUSTER, roleArn: ROLE }, {});
    const { keys, endsAt = 0 } = await access.sessionForTokens();
    assert.match(keys.accessKeyId, /^ASIA/);
    assert.ok(keys.sessionToken !== undefined && endsAt > Date.now());
    assert.equal((await access.describeCluster()).server, described);
    await assert.rejects(awsAccess({ ...CLUSTER, cluster: 'none', roleArn: ROLE }, {}).describeCluster(), {
      name: 'ResourceNotFoundException',
      message: /No cluster found for name: none/,
    });
  });

/** Makes the cluster as soon as moto listens, and gives its endpoint. */
async function untilMade(endpoint: string): Promise<string> {
  const asked = {
    method: 'POST' as const,
    headers: {
      'content-type': 'application/json',
      authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/eks/aws4_request',
    },
    body: JSON.stringify({ name: CLUSTER.cluster, roleArn: ROLE, resourcesVpcConfig: {} }),
  };
  for (let tries = 0; ; tries++) {
    const reply = await request(`${endpoint}/clusters`, asked).catch(() => undefined);
    if (reply?.statusCode === 200)
      return ((await reply.body.json()) as { readonly cluster: { readonly endpoint: string } }).cluster.endpoint;
    assert.ok(tries < 600, 'moto does not listen');
    await pause(100);
  }
}
