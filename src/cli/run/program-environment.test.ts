import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programEnvironment } from './program-environment.ts';

const FROM = {
  PATH: '/usr/bin',
  HOME: '/home/ada',
  LC_ALL: 'C',
  EDITOR: 'vi',
  KUBECONFIG: '/home/ada/.kube/config',
  SALLYPORT_TOKEN_FILE: '/run/token',
  AWS_PROFILE: 'prod',
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://ci.example.com',
  SSH_AUTH_SOCK: '/run/agent',
  MODEL_API_KEY: 'k',
  db_password: 'p',
  KEYBOARD: 'de',
  EMPTY: undefined,
};

test('what leads to the person’s own credentials is taken out by its name, and told; all else stays', () => {
  const { env, left } = programEnvironment(FROM, [], false);
  assert.deepEqual(Object.keys(env).sort(), ['EDITOR', 'HOME', 'KEYBOARD', 'LC_ALL', 'PATH']);
  assert.deepEqual(left, [
    'ACTIONS_ID_TOKEN_REQUEST_URL',
    'AWS_PROFILE',
    'KUBECONFIG',
    'MODEL_API_KEY',
    'SALLYPORT_TOKEN_FILE',
    'SSH_AUTH_SOCK',
    'db_password',
  ]);
});

test('a name that is kept stays; a closed environment has nothing that is not plain or kept', () => {
  const { env } = programEnvironment(FROM, ['MODEL_API_KEY'], true);
  assert.deepEqual(Object.keys(env).sort(), ['HOME', 'LC_ALL', 'MODEL_API_KEY', 'PATH']);
});
