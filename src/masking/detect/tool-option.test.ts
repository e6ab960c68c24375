/* Passwords that only an option of their tool tells, and other values in scripts and logs that are told by what stands before them. */
import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { maskedText } from '../text/masked-text.ts';
import { TextMasker } from '../text/text-masker.ts';
import { builtInDetection } from './built-in-detection.ts';

/** Masks put as MASK; also by a stream that is cut anywhere, which says the same. */
function seen(text: string): string {
  const masked = maskedText(text);
  for (let cut = 0; cut <= text.length; cut++) {
    const masker = new TextMasker({ detection: builtInDetection(), known: undefined, maskOf: () => 'MASK' });
    const [first, second] = [Buffer.from(text.slice(0, cut)), Buffer.from(text.slice(cut))];
    const out = Buffer.concat([masker.write(first), masker.write(second), masker.end()]).toString();
    equal(out, masked.replaceAll(/masked-by-sallyport-[a-z-]+/g, 'MASK'), `cut at ${cut}`);
  }
  return masked.replaceAll(/masked-by-sallyport-[a-z-]+/g, 'MASK');
}

for (const [written, expected] of [
  ['+ mysql -uroot -phunter -e "select 1"', '+ mysql -uroot -pMASK -e "select 1"'],
  ['mysqldump -h db -u root \\\n  -p\'hun ter\' shop > x.sql\n', "mysqldump -h db -u root \\\n  -p'MASK' shop > x.sql\n"],
  ['until /usr/bin/redis-cli -h redis -a hunter ping; do sleep 1; done', 'until /usr/bin/redis-cli -h redis -a MASK ping; do sleep 1; done'],
  ['curl -sS -H \'a: b; c\' -u "bob:hunter" https://example.com', 'curl -sS -H \'a: b; c\' -u "bob:MASK" https://example.com'],
  ['curl -sSu bob:hunter https://a && curl --user=bob:x1 https://b', 'curl -sSu bob:MASK https://a && curl --user=bob:MASK https://b'],
  ['out=$(curl -u bob:hunter -s https://a)', 'out=$(curl -u bob:MASK -s https://a)'],
  ['sshpass -p hunter ssh -p 2222 a@b; sshpass -phunter ssh a@b', 'sshpass -p MASK ssh -p 2222 a@b; sshpass -pMASK ssh a@b'],
  ['docker login -u bob -p hunter r.example; docker run -p 80:80 x', 'docker login -u bob -p MASK r.example; docker run -p 80:80 x'],
  ['mongosh --username a --password hunter; ldapsearch -x -w hunter', 'mongosh --username a --password MASK; ldapsearch -x -w MASK'],
  ['openssl enc -pass pass:hunter; openssl rsa -passin file:a', 'openssl enc -pass pass:MASK; openssl rsa -passin file:a'],
  ['keytool -list -storepass changeit', 'keytool -list -storepass MASK'],
  ['PGPASSWORD=hunter psql; export MYSQL_PWD="hunter"', 'PGPASSWORD=MASK psql; export MYSQL_PWD="MASK"'],
  ['{"script":"mysql -phunter\\nnext"}', '{"script":"mysql -pMASK\\nnext"}'],
] as const) // biome-ignore format: a table
  test(`T46: ${written}`, () => equal(seen(written), expected));

const value = 'c4n4ry-of-the-t3st';
for (const [written, expected] of [
  [`ENV DB_PASSWORD ${value}`, 'ENV DB_PASSWORD MASK'],
  [`setenv DB_PASSWORD ${value}; set -x API_TOKEN ${value}`, 'setenv DB_PASSWORD MASK; set -x API_TOKEN MASK'],
  [`aws configure set aws_secret_access_key ${'wJalrXUtnF/'.repeat(4)}`, 'aws configure set aws_secret_access_key MASK'],
  [`rootpw ${value}\nuserPassword:: aHVudGVyMng5`, 'rootpw MASK\nuserPassword:: MASK'],
  [`https://b.s3.amazonaws.com/x?X-Amz-Signature=${'a1'.repeat(32)}&X-Amz-Date=2`, 'https://b.s3.amazonaws.com/x?X-Amz-Signature=MASK&X-Amz-Date=2'],
  [`Post "https://api.telegram.org/bot123456789:${'AAE_-aB1'.repeat(4)}abc/sendMessage": EOF`, 'Post "https://api.telegram.org/botMASK/sendMessage": EOF'],
  [`https://x.webhook.office.com/webhookb2/${'a1b2c3d4-'.repeat(8)}@a1/IncomingWebhook/a1`, 'https://x.webhook.office.com/webhookb2/MASK'],
] as const) // biome-ignore format: a table
  test(`T46: ${expected}`, () => equal(seen(written), expected));

test('T46: and what is no password of a tool stays as it came', () => {
  for (const written of [
    'mkdir -p /var/lib/mysql; chown -R mysql /var/lib/mysql',
    'mysql -u root -p; mysql -p$PASSWORD; mysql -p"$' + '{PASSWORD}" -P3306',
    'mysql: [Warning] Using a password on the command line interface can be insecure.',
    'mysql started\nssh -p 2222 a@b',
    'curl -u : --negotiate https://a; curl -u bob https://a; curl -u "$USER:$PASSWORD" https://a',
    'docker run --rm -p 8080:80 mysql -h db',
    'redis-cli -h redis -a "$REDIS_PASSWORD" ping; redis-cli -a <password>',
    'PGPASSWORD=$(cat /run/secret) psql; PGPASSWORD="" psql; PGPASSWORD is not set',
    'ENV PASSWORD_FILE /run/secrets/db1; set -x; the token environment a1b2c3d4e5; use k8s::Secret::new; rootpw: see manual',
    'kubectl logs -p web; tar -cpf x.tar mysql -a',
  ])
    equal(seen(written), written);
});
