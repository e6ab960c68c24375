import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskedText, maskedWords } from './masked-text.ts';

const ROWS: readonly [readonly string[], readonly string[]][] = [
  [
    ['mysql', '--password', 'c0rrect-h0rse', 'db'],
    ['mysql', '--password', 'masked-by-sallyport-keyed-secret', 'db'],
  ],
  [
    ['sh', '-c', 'TOKEN=a1b2c3d4e5 ./run; x'],
    ['sh', '-c', 'TOKEN=masked-by-sallyport-keyed-secret ./run; x'],
  ],
  [
    ['curl', '-H', 'Authorization: Bearer abcdefgh12345678ijkl', 'https://a'],
    ['curl', '-H', 'Authorization: Bearer masked-by-sallyport-authorization', 'https://a'],
  ],
  [
    ['psql', 'postgres://a:hunter2@db/x'],
    ['psql', 'postgres://a:masked-by-sallyport-connection-string@db/x'],
  ],
  [
    ['echo', 'é', 'postgres://a:hunter2@db'],
    ['echo', 'é', 'postgres://a:masked-by-sallyport-connection-string@db'],
  ],
  [
    ['ls', '-la', '/etc/secrets/token'],
    ['ls', '-la', '/etc/secrets/token'],
  ],
  [[], []],
];

for (const [words, expected] of ROWS)
  test(`T55: \`${words.join(' ')}\` is told as \`${expected.join(' ')}\``, () => {
    assert.deepEqual(maskedWords(words), expected);
    assert.equal(maskedText(words.join(' ')), expected.join(' '));
  });

const MASK = 'masked-by-sallyport-keyed-secret';

/** Words of commands, with what is masked of each between `«` and `»`. */
const TOOLS: readonly (readonly string[])[] = [
  ['mysql', '-uroot', '-p«hunter2»', '-P3306', '-e', 'select 1'],
  ['/usr/bin/mariadb-dump', '-p«Tr0ub4dor»', 'shop'],
  ['redis-cli', '-a', '«hunter2»', 'ping'],
  ['redis-cli', '--pass', '«hunter2»', '-p', '6379'],
  ['curl', '-u', 'app:«hunter2»', 'https://a'],
  ['curl', '-sSu', 'app:«hunter2»', 'https://a'],
  ['curl', '--user=app:«hunter2»', '-uapp:«hunter3»'],
  ['sshpass', '-p', '«hunter2»', 'ssh', '-p', '22', 'a'],
  ['sshpass', '-p«hunter2»', 'mysql', '-p«hunter3»'],
  ['docker', 'login', '-u', 'a', '-p', '«hunter2»', 'r.example'],
  ['helm', 'registry', 'login', 'r.example', '--password', '«hunter2»'],
  ['mongosh', '-u', 'a', '-p', '«hunter2»'],
  ['ldapsearch', '-D', 'cn=a', '-w', '«hunter2»'],
  ['sqlcmd', '-S', 'db', '-P', '«hunter2»'],
  ['smbclient', '//a/b', '-U', 'app%«hunter2»'],
  ['rabbitmqctl', 'change_password', 'guest', '«hunter2»'],
  ['keytool', '-list', '-storepass', '«changeit»'],
  ['openssl', 'rsa', '-in', 'k', '-passin', 'pass:«hunter2»'],
  ['env', 'PGPASSWORD=«hunter2»', 'psql', '-h', 'db'],
  ['mysql', '--password=«hunter2»', 'db'],
  ['helm', 'upgrade', '--set', 'a=1,auth.rootPassword=«hunter2»'],
  ['sh', '-c', "echo a; mysql -uroot -p'«hunter2 x»' -e \"select 'b'\" | redis-cli -a «hunter3» ping"],
  ['bash', '-c', 'PGPASSWORD="«hunter2»" psql && su -c "curl -u a:«hunter3» b"'],
  ['docker', 'exec', 'db', 'mysql', '-p«hunter2»'],
];

for (const words of TOOLS)
  test(`T55: of \`${words.join(' ')}\` a password in an argument is not told`, () => {
    const plain = words.map((word) => word.replaceAll(/[«»]/g, ''));
    assert.deepEqual(
      maskedWords(plain),
      words.map((word) => word.replaceAll(/«[^»]*»/g, MASK)),
    );
  });

const LEFT: readonly (readonly string[])[] = [
  ['mysql', '-p', 'shop', '-P3306'],
  ['mysql', '-p$MYSQL_PWD', '-u', 'root'],
  ['sh', '-c', 'mysqladmin ping -p"$MYSQL_ROOT_PASSWORD" && redis-cli -a $REDIS_PASSWORD ping'],
  ['redis-cli', '-h', 'cache', '-p', '6379', '-n', '1'],
  ['curl', '-u', 'app', 'https://a:8080/b'],
  ['docker', 'run', '-p', '8080:80', 'nginx'],
  ['docker', 'login', '--password-stdin', '-u', 'a'],
  ['helm', 'upgrade', 'a', './chart', '--set', 'auth.existingSecret=db-credentials'],
  ['psql', '--password', 'shop'],
  ['ssh', '-p', '2222', 'a'],
  ['tar', '-cpf', '-', '/data'],
  ['mkdir', '-p', '/var/lib/mysql'],
  ['sh', '-c', 'mkdir -p /var/lib/mysql; ls -la'],
  ['openssl', 'x509', '-in', 'a', '-passin', 'env:PASS'],
  ['compass=hunter2', 'BYPASS=hunter2', 'password='],
];

for (const words of LEFT)
  test(`of \`${words.join(' ')}\` all is told`, () => assert.deepEqual(maskedWords(words), words));
