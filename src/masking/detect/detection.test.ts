import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detection } from './detection.ts';
import { DETECTORS } from './detectors.ts';
import { Look } from './look.ts';
import { decideBytesMax } from './matcher.ts';
import { Scanner } from './scanner.ts';

const all = detection(DETECTORS);
const usual = detection();

/** The text with `«` and `»` around each value that is found. */
function marked(text: string, by = usual): string {
  let out = text;
  for (const { start, end } of [...by.inString(text)].reverse())
    out = `${out.slice(0, start)}«${out.slice(start, end)}»${out.slice(end)}`;
  return out;
}

function plain(text: string): string {
  return text.replaceAll(/[«»]/g, '');
}

for (const detector of DETECTORS) {
  test(`${detector.id} finds its example and leaves its near miss`, () => {
    const by = detection([detector]);
    assert.equal(marked(plain(detector.example), by), detector.example);
    assert.deepEqual(
      by.inString(plain(detector.example)).map((span) => span.detector),
      [detector.id],
    );
    assert.equal(marked(detector.nearMiss, detector.isOptIn === true ? all : usual), detector.nearMiss);
  });
}

const FOUND = [
  'export API_KEY=«9f86d081884c7d65»',
  'password: «s3cr3t-canary»',
  'password: "«c0rrect h0rse b4ttery»" # yes',
  "apiKey = '«AbCd1234EfGh»'",
  '{"token":"«abcd1234efgh5678»","next":1}',
  '"{\\"db_password\\":\\"«hunter2-x9k»\\"}"',
  'mysql --password «hunter2x9k» -u root',
  'Args:[]string{"--", "--api-token", "«hunter2x9k»"}',
  '"Args": [\n+     "--api-token",\n+     "«hunter2x9k»"\n    ]',
  "['app', '--api-token', '«hunter2x9k»']",
  'Env:[]core.EnvVar{core.EnvVar{Name:"DB_PASSWORD", Value:"«hunter2x9k»", ValueFrom:nil}}',
  '      "Name": "DB_PASSWORD",\n-     "Value": "«hunter2x9k»",\n+     "Value": "other",',
  'tokens: «hunter2x9k»',
  'REDISPASSWORD=«hunter2x9k» bindpasswd: «hunter2x9k» passwordpolicy: hunter2x9k',
  'SECRET_KEY_BASE=«9f86d081884c7d659a2feaa0c55ad015» SECRET_KEY_BASE_DUMMY=1 TOKEN_BASE_PATH=a1b2c3d4e5',
  'AIRFLOW__CORE__FERNET_KEY=«81HqDtbqAywKSOumSha3BhWNOdQ26slT6K0YaZeZyPs=»',
  'Unseal Key 1: «vgxjWUC3d1oTWVb2LEuS2uJMmQ4ymtfgLj9i1YYRoHqG»\nRecovery Key 12: «kQ1fQm1cHOa8ZwhN4t»\n',
  '{"unseal_keys_b64":"«vgxjWUC3d1oTWVb2»","recoveryKeys":"«vgxjWUC3d1oTWVb2»","RECOVERY_KEYS_HEX":"«9f86d081884c7d65»"}',
  'clientsecret=«hunter2x9k» refreshtoken: «hunter2x9k» "fernetkey":"«hunter2x9k»" SESSIONKEY=«hunter2x9k»',
  'SMTP_CREDS=«hunter2x9k» AUTH_SALT=«hunter2x9k» VPN_PSK=«hunter2x9k» olcRootPW: «hunter2x9k» DB_PW=«hunter2x9k»',
  'RABBITMQ_ERLANG_COOKIE=«hunter2x9k» GITHUB_PAT=«hunter2x9k» Ocp-Apim-Subscription-Key: «9f86d081884c7d65»',
  'storepass=«hunter2x9k» Passcode: «hunter2x9k» INSTRUMENTATIONKEY=«9f86d081-884c-7d65-9a2f-eaa0c55ad015»',
  '< Set-Cookie: session=«a1b2c3d4e5»; Path=/; HttpOnly\r\n> Cookie: a=«b; sid=a1b2c3d4e5»\r\n',
  // Behind a blank alone: in SQL, in Redis’ configuration, in a `.netrc`; and however it looks where its shape says so.
  "CREATE USER app WITH PASSWORD '«s3cr3tverHere»' LOGIN;",
  'ALTER USER app ENCRYPTED PASSWORD \\"«s3cr3tverHere»\\";',
  "CREATE USER 'a'@'%' IDENTIFIED BY '«hunter»';",
  'alter user a identified by password "«*94BDCEBE19083CE2A1F9»"',
  'requirepass «s3cr3tverHere»\nmasterauth «s3cr3tverHere»\nport 6379',
  'machine h.example login app password «hunter»\nmachine b',
  'default login app\n  password «hunter»',
  'login app password «s3cr3tverHere»',
  'Env:[]core.EnvVar{core.EnvVar{Name:"DB_PASSWORD", Value:"«hunter»", ValueFrom:nil}}',
  'Env: {{Name: "A", Value: "b"}, {Name: "DB_PASSWORD", Value: "«correct horse»"}}',
  '{\\"name\\":\\"API_TOKEN\\",\\"value\\":\\"«hunter»\\"}',
  // Each of a list.
  '{"passwords":["«s3cr3tverHere","other»"],"a":["b"]}',
  '{\\"tokens\\": [ \\"«a1b2c3d4e5\\", \\"b»\\" ]}',
  "api_keys = [\n  '«a1b2c3d4e5',\n  'f6g7h8i9j0»',\n]\nnext = ['a']",
  '{"token":["«a1b2c3d4e5»"',
  '{"cookie":"a","headers":"Cookie: JSESSIONID=«A1B2C3D4E5; b=c»"}',
  // What begins as a variable, a tag or a bracket does, and is no name behind it.
  'DB_PASSWORD=«!QAZ2wsx#EDC4rfv»',
  'password: "«$Tr0ub4dor&3x»", token: "«[9x!kQ2#aa7z»", secret: "«<9x!kQ2#aa7z»"',
  '"password":"«$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub»"',
  'password: «$apr1$abcd1234$Qx9fF0aKcE2»',
  'postgres://app:«$Tr0ub4dor3»@db/x',
  'key_api_key=«hunter2x9k» key=hunter2x9k keyPassword: «hunter2x9k» monkey.key: hunter2x9k',
  // Without quotation marks, a value goes on behind what parts values, unless another one's name stands there, a blank or nothing.
  'DB_PASSWORD=«c0rrect,h0rse;b4ttery&staple»',
  'a password=«c0rrect,h0rse»&ssl=true b TOKEN=«a1b2c3d4e5;f6g7»;\n',
  'Server=db;Password=«Pa55,w0rd;x»;Trust Server Certificate=true',
  'href="/?password=«s3cr3t0verHere»&amp;user=a"',
  'tokens: «a1b2c3d4e5,f6g7h8i9j0», next',
  '{token: «a1b2c3d4e5»,user: b}',
  // A name of two words tells as one with a dash does: what the key is of stands in the same line right before it, whatever is before that.
  'API key: «s3cr3t0verHere»',
  'Signing key = «s3cr3t0verHere»',
  '{"level":"info","msg":"the JWT  signing\tkey: «s3cr3t0verHere»"}',
  'ERROR:root:rejected next API keys: «s3cr3t0verHere», a',
  '"log":"x\\napp key = \\"«s3cr3t0verHere»\\""',
  '- name: signing key\n  value: «s3cr3t0verHere»\n',
  'with public signing key: «s3cr3t0verHere»', // only the word before counts: in prose any other may stand there
  'X-Vault-Token: «abcdef1234567890»',
  '- name: DB_PASSWORD\n  value: «s3cr3t0verHere»\n',
  '{"name":"API_TOKEN","value":"«s3cr3t0verHere»"}',
  'password: |\n  «s3cr3t0verHere»\n',
  'password = """«s3cr3t0verHere»"""',
  "token = '''\n  «s3cr3t0verHere»\n'''",
  'a = {"token": "", "apiKey": "«s3cr3t0verHere»"}',
  '<server><username>app</username><password>«s3cr3t0verHere»</password></server>',
  '<db:apiKey>«s3cr3t0verHere»</db:apiKey>',
  '<entry key="db.password">«s3cr3t0verHere»</entry>',
  '<property><name>fs.s3a.secret.key</name>\n  <value>«s3cr3t0verHere»</value></property>',
  '<property name="password" value="«s3cr3t0verHere»"/>',
  '"log":"x\\npassword=«s3cr3t0verHere»\\ttoken: «s3cr3t0verHere»\\n"',
  'Server=db;User Id=sa;Password=«Pa55w0rd!x»;Encrypt=true',
  'jdbc:postgresql://db/app?user=a&password=«s3cr3t0verHere»&ssl=true',
  'mongodb+srv://app:«p/w@rd»@cluster0.example.net/db?a=b@c',
  'amqp://guest:«guest»@rabbit:5672/vhost',
  'https://«0123456789abcdef0123456789abcdef01234567»@github.com/a/b.git',
  'aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»',
  'users: [{name: a, user: {client-key-data: «QUJD», username: u, password: «short»}}]',
  '{"users":[{"name":"a","user":{"token":"«abc»"}}]}',
  'curl -H "Authorization: Bearer «abcdefgh12345678ijkl»" https://x',
  'authorization="AWS4-HMAC-SHA256 «Credential=AKIDEXAMPLE/20150830/us-east-1, Signature=5d672d79c»"',
  'tokens xoxb-«123456789012-abcdefABCDEF» and npm_«abcdefghijklmnopqrstuvwxyz0123456789»',
  'Müller ghp_«16C7e42F292c6912E7710c838347Ae178B4a» Łódź',
  'client-key-data: «LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=»',
  'a «LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NBUUVB» b',
  '"private_key": "«-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\\n-----END PRIVATE KEY-----»\\n"',
  '2026-01-01T00:00:00Z «-----BEGIN RSA PRIVATE KEY-----\n2026-01-01T00:00:00Z MIIEowIBAAKCAQEAx4UbaDzY5xjW6hc9jwN0\n2026-01-01T00:00:00Z -----END RSA PRIVATE KEY-----»\nafter',
];

for (const example of FOUND)
  test(`found: ${example.slice(0, 60).replaceAll('\n', '⏎')}`, () => assert.equal(marked(plain(example)), example));

const LEFT = [
  'the password was reset2fa4you; password reset for a1b2c3d4e5, password a1b2c3d4e5, Password must be 8chars0rMore',
  'login page password reset; secret "db-9f8e7d6c5b" not found; token \'a1b2c3d4e5\' unknown',
  "passed by 'a1b2c3d4e5', identified by name, IDENTIFIED BY ''",
  '{"Name":"MAX_TOKENS","Value":"many"},{"Name":"DB_PASSWORD","Value":"$(OTHER)"},{"key":"password","value":"many"}',
  'password: many value: "some"',
  '{"tokens":["one","two"],"stop_tokens":["<|im_end|>"],"passwords":[],"secrets":[{"name":"a1b2c3d4e5"}]}',
  'requirepass yes',
  '"uid":"0b2a8f5e-7c1d-4e1a-9c61-2f7b8d0c5a11","resourceVersion":"184467440737"',
  'image: registry.example/app@sha256:9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de',
  'pod-template-hash: 7d4b9c8f6d',
  // A key of nothing that is secret; one that is of a word in another line, or in another pair; a value that is words.
  'pagetoken: a1b2c3d4e5 nextPageToken=a1b2c3d4e5 publictoken: a1b2c3d4e5 GIT_PATH=a1b2c3d4e5 compass: a1b2c3d4e5',
  'cookie: a1b2c3d4e5 nginx.org/cookie: SERVERID Cookie: a=b',
  'SESSION_COOKIE=a1b2c3d4e5 key 1: a1b2c3d4e5 password 1 a1b2c3d4e5 token 1=a1b2c3d4e5 unsealKeysThreshold: a1b2c3d4e5',
  'press any key: ok, or any key: a1b2c3d4e5',
  'primary key: a1b2c3d4e5, Public key: a1b2c3d4e5, the key: a1b2c3d4e5, cache key=a1b2c3d4e5',
  '"log":"app\\n  key: a1b2c3d4e5\\n"',
  'kind: service\nkey: a1b2c3d4e5\n- app\n                              key: a1b2c3d4e5',
  'op=sign component=storage key=a1b2c3d4e5',
  '<service key="a1b2c3d4e5"/>',
  'unknown service key: retry_policy; master key: rotated, API key: none, signing key id: a1b2c3d4e5, api key is a1b2c3d4e5',
  'tokens: name-one,name-two secret: db-a;db-b password=any&all',
  'app-7d4b9c8f6d-x7k2p   1/1     Running   0          3d',
  'HEAD is now at 7dd30eb8a3c1f0e9d2b4a6c8e0f1a3b5c7d9e1f3',
  'certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJkekNDQVIyZ0F3SUJBZ0lCQURBS0JnZ3Foa2pPUFFRREFqQWpNU0V3',
  'secretName: my-tls-2024',
  'automountServiceAccountToken: false',
  'tokenExpirationSeconds: 3607',
  'secretKeyRef:\n  key: password\n  name: db-credentials\n',
  `password: $\{DB_PASSWORD}`,
  'password: $(cat /run/secrets/db)',
  'password=$DB_PASSWORD token: $USER_2:$PASS_2 secret: $env:APP_SECRET',
  "password = $config['db_password_1']; token = $_SERVER['TOKEN1']",
  'password: &db-password-1 !vault-v1 x\ntoken: !vault-encrypted |\nsecret: [REDACTED-2] token: "[your token 1]"',
  'postgres://app:$DB_PASSWORD@db/x postgres://app:$PG_PASS_1@db',
  'token: <your-token-here-1234>',
  'tokenPath: /var/run/secrets/kubernetes.io/serviceaccount/token',
  'token: /var/run/secrets/kubernetes.io/serviceaccount/token',
  'PublicKeyToken=b77a5c561934e089',
  'next_page_token=CAESBgoEMTIzNA1234',
  '"key":"node.kubernetes.io/not-ready","operator":"Exists"',
  'checksum/secret: 9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de',
  'Password: ',
  'put <token> and <password> where the 2024 form asks for them',
  '<secretName>db-credentials-v2</secretName>',
  'Enter your password: ',
  'secret: my-app-credentials-v2',
  'secret/db-credentials created',
  'imagePullSecrets:\n- name: regcred-2024',
  'http://10.0.0.1:8080/healthz?x=a@b',
  'user: bob\ntoken: none\n',
  'const token = tokenFileCredential2({ file })',
  'token := windows.GetCurrentThreadEffectiveTokenOf(t)',
  'PWD=/srv/x9f8e7d6/a1b2c3d4',
  'token: info.query2.get(name)',
  '/etc/passwd: root:x0:0:0:root9:/root:/bin/sh',
  'api_key: true',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRlYWRiZWVmZGVhZGJlZWY a@b',
];

for (const text of LEFT)
  test(`left: ${text.slice(0, 60).replaceAll('\n', '⏎')}`, () => assert.equal(marked(text), text));

const keyArmour = [
  '-----BEGIN RSA PRIVATE',
  ` KEY-----\n${'MIIEowIBAAKCAQEAx4Ub\n'.repeat(20)}-----END RSA PRIVATE`,
  ' KEY-----\n',
].join('');
const certificate = `-----BEGIN CERTIFICATE-----\n${'MIIBdzCCAR2gAwIBAgIB\n'.repeat(9)}-----END CERTIFICATE-----\n`;
/** How a line of wrapped base64 ends and the next one begins. */
const WRAPS: Readonly<Record<string, string>> = {
  'a line feed': '\n',
  'CR and LF': '\r\n',
  'an indented line': '\n      ',
  'an escaped line feed': '\\n',
  'a line with a time': '\n2026-11-30T05:00:00.123456789Z ',
};

function wrapped(base64: string, lineBytes: number, wrap: string): string {
  return (base64.match(new RegExp(`.{1,${lineBytes}}`, 'g')) as readonly string[]).join(wrap);
}

for (const before of ['', 'a', 'ab', certificate, `x${certificate}`, `xy${certificate}`])
  test(`a private key in base64 of a file is masked behind ${before.length} bytes of it, in one line or wrapped`, () => {
    const base64 = Buffer.from(before + keyArmour).toString('base64');
    // What no byte of the key decides stays, and up to two of its dashes.
    const from = 4 * Math.ceil(before.length / 3);
    for (const [what, lineBytes, wrap] of [
      ['one line', base64.length, ''],
      ...Object.entries(WRAPS).flatMap(([name, text]) => [64, 76].map((bytes) => [name, bytes, text] as const)),
    ] as const) {
      const text = wrapped(base64, lineBytes, wrap);
      const shown = from === 0 ? '' : wrapped(base64.slice(0, from), lineBytes, wrap);
      const spans = usual.inString(`tls: ${text}\nnext line`);
      assert.deepEqual(
        spans.map(({ start, end }) => [
          text
            .slice(0, start - 5)
            .trimEnd()
            .replace(/\\n$/, ''),
          end - 5,
        ]),
        [[shown, text.length]],
        `${what}, ${lineBytes}`,
      );
    }
  });

const ENCODED = [
  ['DB_HOST=db\nDB_PASSWORD=', 'c0rrect-h0rse', '\nDB_NAME=shop\n'],
  ['spring.datasource.password = ', 'c0rrect-h0rse', '\n'],
  ['{"db":{"host":"a","apiKey":"', 'c0rrect-h0rse', '","port":1}}'],
  ['export STRIPE_API_KEY="', 'c0rrect-h0rse', '"\n'],
  ['kind: Config\nusers:\n- name: a\n  user:\n    token: ', 'abc', '\n'],
  ['users:\n- name: a\n  user:\n    client-key-data: ', 'QUJD', '\n'],
  ['  stringData:\n    clientSecret: ', 'c0rrect-h0rse', '\n'],
] as const;

for (const [head, value, rest] of ENCODED)
  for (const before of [0, 1, 2])
    for (const form of ['base64', 'base64url'] as const) {
      const text = Buffer.from(`${'#'.repeat(before)}${head}${value}${rest}`).toString(form);
      // What no byte of the value decides stays.
      const shown = text.slice(0, Math.floor(((before + head.length) * 4) / 3));
      test(`in base64 of ${head.slice(-16).replaceAll('\n', '⏎')}… behind ${before} bytes all is masked from the value on (${form})`, () => {
        for (const [beginning, end] of [
          ['', ''],
          ['app --config=', ' --v=2'],
          ['2026-01-01T00:00:00Z got "', '", done'],
          ['echo ', '|base64 -d'],
        ] as const)
          assert.equal(marked(beginning + text + end), `${beginning}${shown}«${text.slice(shown.length)}»${end}`);
      });
    }

test('so it is in base64 that is wrapped, and what is no base64 behind it is left', () => {
  const lines = 'a: b\n'.repeat(12);
  const text = Buffer.from(`${lines}password: c0rrect-h0rse-battery\n${lines}${lines}`).toString('base64');
  const wrapped = text.replaceAll(/.{76}/g, '$&\n');
  const [shown = '', hidden = '', rest] = marked(`${wrapped}\n\nnext`).split(/[«»]/);
  assert.match(Buffer.from(shown, 'base64').toString(), /\npassword:$/);
  assert.equal(shown + hidden, wrapped);
  assert.equal(rest, '\n\nnext');
});

test('base64 of a text in which nothing is secret is left', () => {
  for (const text of [
    'secretName: db-credentials\ntoken: none\n',
    'kind: Secret\nmetadata: {name: token-a}\n',
    'checksum/token: 9f86d081884c7d65',
  ])
    for (const before of ['', '#', '##']) {
      const encoded = Buffer.from(before + text).toString('base64');
      assert.equal(marked(`a=${encoded} b`), `a=${encoded} b`);
    }
});

test('base64 of a certificate is left wherever it stands in what is encoded, and what is no base64 behind a wrapped key', () => {
  for (const before of ['', 'a', 'ab']) {
    const text = wrapped(Buffer.from(before + certificate.repeat(2)).toString('base64'), 64, '\n');
    assert.equal(marked(text), text);
  }
  const auths = Buffer.from(`{"auths":{"r.example":{"auth":"${'dXNlcjpodW50ZXIy'.repeat(9)}"}}}`).toString('base64');
  assert.equal(marked(`a\n${wrapped(auths, 76, '\n')}\n  done`), `a\n«${wrapped(auths, 76, '\n')}»\n  done`);
});

test('armour that was cut off takes two more lines with it at most', () => {
  const lines = [
    '-----BEGIN RSA PRIVATE KEY-----',
    'MIIEowIBAAKCAQEAx4UbaDzY5xjW6hc9jwN0',
    'one',
    'two',
    'three',
    'four',
  ];
  assert.match(marked(lines.join('\n')), /three\nfour$/);
});

const PIECES = [
  ...[
    'eyJ',
    'password=',
    'token:',
    '://',
    'ghp_',
    '-----BEGIN ',
    'a://b:',
    'user:',
    'key',
    'auth',
    'authorization: ',
    'bearer ',
  ],
  ...[
    '4',
    'LS0tLS1CRUdJTi',
    'cGFzc3dvcmQ6IG',
    '.eyJ',
    'eyJhbGciOiJ',
    'Q~',
    'a',
    '@',
    '\\"token\\":\\"',
    '"',
    '-----BEGIN PRIVATE KEY-----',
    'SG.',
    '&sig=',
    'tokens":["a1b2c3d4e5","',
    'login a password ',
    '4 ',
  ],
];

const scanner = new Scanner(DETECTORS);

/** Texts that are nearly values, over and over. */
function* nearlyValues(bytesMin: number): Generator<[string, Buffer]> {
  for (const one of PIECES)
    for (const other of ['', ...PIECES])
      yield [one + other, Buffer.from((one + other).repeat(Math.ceil(bytesMin / (one + other).length)))];
}

test('what is made to cost much costs a bounded number of steps a byte', () => {
  for (const [name, bytes] of nearlyValues(20_000)) {
    const look = new Look(bytes, bytes.length, true);
    scanner.scan(look, { at: 0, state: 0 }, () => {});
    assert.ok(look.steps < 400 * bytes.length, `${name}: ${look.steps / bytes.length} steps a byte`);
  }
});

test('nothing waits for more bytes than the bound', () => {
  for (const [name, bytes] of nearlyValues(4 * decideBytesMax)) {
    const { resume } = scanner.scan(new Look(bytes, bytes.length, false), { at: 0, state: 0 }, () => {});
    assert.ok(bytes.length - resume.at <= decideBytesMax, `${name} waits for ${bytes.length - resume.at} bytes`);
  }
});
