import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signToken } from './sign-token.ts';

const OPTIONS = {
  cluster: 'prod',
  region: 'us-east-1',
  stsHost: 'sts.us-east-1.amazonaws.com',
  keys: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI', sessionToken: 'a/b+c==' },
  signedAt: new Date('2026-11-29T07:18:26.999Z'),
};

function urlOf(token: string): string {
  assert.match(token, /^k8s-aws-v1\.[\w-]+$/);
  return Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString();
}

test('a token is what the AWS CLI made at the same second', () => {
  const query = [
    'Action=GetCallerIdentity',
    'Version=2011-06-15',
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    'X-Amz-Credential=AKIDEXAMPLE%2F20261129%2Fus-east-1%2Fsts%2Faws4_request',
    'X-Amz-Date=20261129T071826Z',
    'X-Amz-Expires=60',
    'X-Amz-SignedHeaders=host%3Bx-k8s-aws-id',
    'X-Amz-Security-Token=a%2Fb%2Bc%3D%3D',
    'X-Amz-Signature=fbb70e808a3ed16e216474424cb2deee92858008530e9e69572516fb88fe7c0a',
  ];
  assert.equal(urlOf(signToken(OPTIONS)), `https://sts.us-east-1.amazonaws.com/?${query.join('&')}`);
});

test('T63b: the cluster is signed, so that the token of another is none, and no parameter stands twice', () => {
  const signature = (cluster: string) => urlOf(signToken({ ...OPTIONS, cluster })).split('X-Amz-Signature=')[1];
  assert.notEqual(signature('prod'), signature('prod2'));
  const keys = [...new URL(urlOf(signToken(OPTIONS))).searchParams.keys()].map((key) => key.toLowerCase());
  assert.equal(new Set(keys).size, keys.length);
});

test('keys without a session have no session token', () => {
  const { sessionToken: _, ...keys } = OPTIONS.keys;
  assert.doesNotMatch(urlOf(signToken({ ...OPTIONS, keys })), /Security-Token/);
});
