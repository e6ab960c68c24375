/* Passwords that only an option of a tool tells, in the command of a container and its arguments. */
import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { MaskKey } from '../form/mask-key.ts';
import { MaskRules } from '../rules/mask-rules.ts';
import { putBack } from '../written/put-back.ts';
import { sourceOf } from '../written/source.ts';
import { ReplyMasker } from './reply-masker.ts';

const pods = { apiGroup: '', resource: 'pods', subresource: '' };
const plan = new MaskRules().planOf(pods);
const keying = { key: new MaskKey(Buffer.alloc(32, 7)), target: 'prod', exchange: 'x', isComparable: true };
const mask = /masked-by-sallyport-[a-z2-7]{20}/g;

/** A pod in a list, cut anywhere, as it leaves; masks put as MASK. */
function seen(container: string): string {
  const object = (inner: string) =>
    `{"metadata":{"uid":"u"},"spec":{"containers":[{"name":"a",${inner},"image":"x"}]}}`;
  const text = `{"items":[${object(container)},${object('"args":["serve"]')}]}`;
  const out = [0, 40, 90, 111].map((cut) => {
    const masker = new ReplyMasker({ plan, keying, shape: 'list', mayBeTable: false, listStepBytes: 0 });
    const parts = [masker.write(Buffer.from(text.slice(0, cut))), masker.write(Buffer.from(text.slice(cut)))];
    return Buffer.concat([...parts, masker.end()]).toString();
  });
  equal(new Set(out).size, 1);
  return /"name":"a",(.*?),"image"/.exec(out[0] ?? '')?.[1]?.replace(mask, 'MASK') ?? '';
}

for (const [written, expected] of [
  ['"command":["mysql","-uroot","-phunter"]', '"command":["mysql","-uroot","-pMASK"]'],
  ['"command":["redis-cli"],"args":["-a","hunter","ping"]', '"command":["redis-cli"],"args":["-a","MASK","ping"]'],
  ['"args":["-u","bob:x y","https://a"],"command":["/usr/bin/curl"]', '"args":["-u","bob:MASK","https://a"],"command":["/usr/bin/curl"]'],
  ['"command":["sh","-c","until redis-cli -a \\"hu\\u006eter\\" ping; do sleep 1; done"]', '"command":["sh","-c","until redis-cli -a \\"MASK\\" ping; do sleep 1; done"]'],
  ['"lifecycle":{"preStop":{"exec":{"command":["mongosh","-p","é1","--eval","x"]}}}', '"lifecycle":{"preStop":{"exec":{"command":["mongosh","-p","MASK","--eval","x"]}}}'],
  ['"args":["helm registry login -u a -p hunter r.example"]', '"args":["helm registry login -u a -p MASK r.example"]'],
  ['"args":["env","PGPASSWORD=y","psql"]', '"args":["env","PGPASSWORD=MASK","psql"]'],
  ['"args":["ldapsearch","-w","a"],"args":["smbclient","-U","a%b"]', '"args":["ldapsearch","-w","MASK"],"args":["smbclient","-U","a%MASK"]'],
  ['"command":"mysql -px","args":["-py"]', '"command":"mysql -pMASK","args":["-py"]'],
  // What is no list of strings is none of the command.
  ['"args":["mysql","-py"],"command":[0]', '"args":["mysql","-pMASK"],"command":[0]'],
  // What else is in it is masked as before.
  [`"args":["curl -u a:b -H 'x: ghp_${'a1B2'.repeat(9)}'; mysql -pX --token c0rrect-h0rse"]`, `"args":["curl -u a:MASK -H 'x: ghp_MASK'; mysql -pMASK --token MASK"]`],
] as const) // biome-ignore format: a table
  test(`T46: ${written}`, () => equal(seen(written), expected));

test('T46: and words that no tool takes for a password stay as they came', () => {
  for (const written of [
    '"command":["ssh","-p","2222"]',
    '"command":["mysqld"],"args":["--port","3306"]',
    '"args":["curl","-u","$(USER):$(PASSWORD)","-sS"]',
    '"command":["redis-cli","-h","redis"],"env":["-a","x"]',
    '"command":[["mysql","-px"]]',
    '"args":[1,"redis-cli",null]',
  ])
    equal(seen(written), written);
});

test('T49: they are put back where they were shown, and only there', () => {
  const object =
    '{"metadata":{"uid":"u"},"spec":{"containers":[{"name":"a","args":["curl","-u","bob:pw","sh -c \'mysql -pX -e 1\'"]}]}}';
  const source = sourceOf(Buffer.from(object), { plan, keying });
  const shown = JSON.stringify(source.shown);
  notEqual(shown, object);
  const written = (text: string) => putBack({ object: JSON.parse(text) }, [source], { plan, keying });
  const whole = written(shown);
  ok(whole.kind === 'whole');
  deepEqual(
    whole.strings.map(({ value }) => value),
    ['bob:pw', "sh -c 'mysql -pX -e 1'"],
  );
  for (const text of [shown.replace('"curl"', '"echo"'), shown.replace('mysql', 'echo')])
    equal(written(text).kind, 'misplaced', text);
});
