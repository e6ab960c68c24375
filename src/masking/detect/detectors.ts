import { authorization } from './authorization.ts';
import { cardNumber } from './card-number.ts';
import { awsKeyIds, azureKeys, googleKeys, signedAddresses } from './cloud-keys.ts';
import type { Detector } from './detector.ts';
import { dockerAuth } from './docker-auth.ts';
import { encodedText } from './encoded-text.ts';
import { jwt } from './jwt.ts';
import { awsSecretKey, keyedSecret, kubeconfigUser } from './keyed-secret.ts';
import { privateKeys } from './private-key.ts';
import { serviceTokens } from './services.ts';
import { toolOptions } from './tool-option.ts';
import { connectionString, urlPassword } from './url-password.ts';

/** An example is put together, so that no scanner takes this file for a leak. */
const x = (...parts: readonly string[]) => parts.join('');

/** What stands in a text that is base64 as a whole is looked for by the names that tell. */
const inEncodedText = encodedText([
  { id: 'kubeconfig', matchers: kubeconfigUser },
  { id: 'keyed-secret', matchers: keyedSecret },
]);

/**
 * The built-in detectors, in the order in which they are asked where several look at one keyword. A closed table: its ids are what mask rules and
 * `unsafe.openMasks` name.
 */
export const DETECTORS: readonly Detector[] = [
  {
    id: 'private-key',
    finds: 'private keys in PEM armour, plain or with `\\n` written out, and base64 of them',
    example: x(
      'key: «-----BEGIN EC PRIVATE',
      ' KEY-----\nMHcCAQEEIBkg4LVWM9nuwNSk3yByxZpYRTBnVJk5oH9rc1MzXlpuoAoGCCqG\n-----END EC PRIVATE',
      ' KEY-----»\nnext',
    ),
    nearMiss:
      '-----BEGIN CERTIFICATE-----\nMIIBdzCCAR2gAwIBAgIBADAKBggqhkjOPQQDAjAjMSEwHwYDVQQDDBhrM3Mtc2Vy\n-----END CERTIFICATE-----',
    matchers: privateKeys,
  },
  {
    id: 'kubeconfig',
    finds:
      '`client-key-data`, `token` and `password` of a kubeconfig’s users, in YAML or JSON, block or flow, however they look',
    example: 'users:\n- name: a\n  user:\n    token: «abc»\n',
    nearMiss:
      'clusters:\n- cluster:\n    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJkekNDQVI\n',
    matchers: kubeconfigUser,
  },
  {
    id: 'jwt',
    finds: 'JSON Web Tokens, among them the tokens of service accounts',
    example: x('got «eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ', '.eyJpc3MiOiJrdWJlcm5ldGVzIn0', '.c2lnbmF0dXJl» back'),
    nearMiss: '"continue":"eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTAsInN0YXJ0IjoiYSJ9"',
    matchers: [jwt],
  },
  {
    id: 'aws-key',
    finds:
      'ids of AWS access keys, secret keys and session tokens behind their names, and signatures of addresses of S3 (and of Google’s storage, which signs alike)',
    example: x('AKIA', '«IOSFODNN7EXAMPLE»'),
    nearMiss: 'AKIAlower7case2letters3are4no5keys',
    matchers: [...awsKeyIds, awsSecretKey, signedAddresses],
  },
  {
    id: 'google-key',
    finds: 'Google’s API keys, OAuth tokens and client secrets',
    example: x('AIza', '«SyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe»'),
    nearMiss: 'AIzawa Aizu was here',
    matchers: googleKeys,
  },
  {
    id: 'azure-key',
    finds: 'keys in Azure’s connection strings, signatures of addresses, client secrets of Entra ID',
    example: x('AccountName=a;AccountKey=', '«k3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3y==»;EndpointSuffix=b'),
    nearMiss: 'AccountName=storage;EndpointSuffix=core.windows.net',
    matchers: azureKeys,
  },
  {
    id: 'service-token',
    finds:
      'tokens of services that give them a prefix: GitHub, GitLab, Slack, Discord, Stripe, npm, PyPI, Vault, OpenAI, Anthropic, Hugging Face, SendGrid, DigitalOcean, Docker, Grafana, New Relic, Linear, Notion, Sentry, Shopify, Databricks, Mailgun, Pulumi, Doppler, Tailscale, Atlassian, age, Postman, Fly, Telegram’s bots, Teams’ webhooks and others',
    example: x('remote: ghp', '_«16C7e42F292c6912E7710c838347Ae178B4a»'),
    nearMiss: 'commit 7dd30eb8a3c1f0e9d2b4a6c8e0f1a3b5c7d9e1f3 ghp_short task-runner-1234567890abcdef',
    matchers: serviceTokens,
  },
  {
    id: 'connection-string',
    finds: 'passwords in the addresses of databases and brokers',
    example: 'postgres://app:«hunter2»@db.prod.svc:5432/app?sslmode=disable',
    nearMiss: 'redis://cache.prod.svc:6379/0 and docker://sha256:abc, etcd://10.0.0.1:2379',
    matchers: [connectionString],
  },
  {
    id: 'url-password',
    finds: 'passwords, and tokens in the place of a user, in the addresses of web servers',
    example: 'git clone https://bot:«hunter2»@git.example.com/a.git',
    nearMiss: 'https://example.com:8443/users/a@b.example and https://bot@git.example.com/a.git',
    matchers: [urlPassword],
  },
  {
    id: 'authorization',
    finds:
      'credentials in `Authorization` and `Cookie` headers, those of `Basic` also where a server is configured to send them, and `Bearer` tokens anywhere',
    example: '> Authorization: Basic «dXNlcjpodW50ZXIy»',
    nearMiss: 'authorization: mode RBAC; the bearer of bad news',
    matchers: authorization,
  },
  {
    id: 'registry-auth',
    finds: 'credentials of registries in Docker’s and npm’s configuration',
    example: '{"auths":{"r.example":{"auth":"«dXNlcjpodW50ZXIy»"}}}',
    nearMiss: '{"auth":"oidc","auths":{}}',
    matchers: dockerAuth,
  },
  {
    id: 'keyed-secret',
    finds:
      'values of 8 bytes and more, letters and digits mixed, behind a name that says they are secret, alone or each of several (`password:`, `API_KEY=`, `"tokens":` with a list or a map, `--password`, an element of XML, the heading of a column), also in base64 of the text; behind a blank in SQL (`PASSWORD "x"`), in the configuration of Redis and slapd, in a `.netrc` and where a variable is set (`ENV`, `setenv`); and of any look the value of SQL’s `IDENTIFIED BY`, the `Value` beside a `Name` that says so, the password of a machine, what an option of a well-known tool says (`mysql -pX`, `curl -u user:X`, `redis-cli -a X`), and what is given to `PGPASSWORD` and its like',
    example: 'DB_PASSWORD=«c0rrect-h0rse-battery»',
    nearMiss:
      'secretName: db-credentials-v2 token: default-token-x7k2p checksum/secret: 9b74c9897bac770ffc029102a200c5de',
    matchers: [...keyedSecret, ...toolOptions, ...inEncodedText],
  },
  {
    id: 'card-number',
    finds: 'numbers of payment cards, by Luhn’s check',
    example: 'paid with «4111 1111 1111 1111».',
    nearMiss: 'order 4111 1111 1111 1112, at 1764390000000',
    isOptIn: true,
    matchers: [cardNumber],
  },
];
