import { z } from 'zod';
import { policySchema } from '../../src/config/policy-schema.ts';
import { ABSENT_FUNCTIONS, FUNCTIONS } from '../../src/policy/cel/environment.ts';
import { formatType } from '../../src/policy/cel/type.ts';
import { VARIABLE_TYPES } from '../../src/policy/cel/variable-types.ts';
import { CEL_DIFFERENCES } from '../oracle/cel-differences.ts';
import { keysOf, type Schema } from './schema-rows.ts';

/** How far rules on what happens inside of a stream can be trusted. */
const REACH = `## What argv rules are worth

\`exec.argv\` bounds which program starts, never what it then does. \`sh -c\`, an interpreter, an editor, \`find -exec\`, \`tar\` or \`env\` runs anything whatever the rest of the line
says, and what is typed into a terminal is not read. So allow programs that run nothing else, by \`exact\` or with \`globs\` for each argument, with \`tty: false\` and
\`stdin: false\`; a deny by argv stops mistakes, not intent.

## What port rules hold

A client of port-forward names its ports in the streams that it opens, after the request is answered: kubectl in SPDY, since 1.31 in SPDY inside of a WebSocket. An
\`allow\` with \`portForward.ports\` permits the request, and then each stream is read before it passes; ports that several rules allow add up, and those that a \`deny\`
names are taken away. A stream for another port cuts the connection, with all that is forwarded on it, and the recording says for which port; what cannot be read
without doubt cuts it too. \`ports\` in the query counts where the server goes by it, in the older WebSocket form that other clients use. A \`hold\` by port holds the whole
request, since nobody can be asked while a stream opens. A rule bounds ports of the pod, not what is said on them.
`;

/** The reference page of the policy language, out of the schema and the tables that decide. */
export function policyPage(): string {
  const rows = [...keysOf(z.toJSONSchema(policySchema, { io: 'input' }) as Schema, '')];
  return `# Policy

A policy is a YAML document of rules. All documents of all files are loaded as one set, or none is. [policy.schema.json](policy.schema.json) is the JSON Schema
for editors: \`# yaml-language-server: $schema=PATH/policy.schema.json\`. Examples are in [examples/policies](../../examples/policies).

This page is made from the schema that parses the documents and the tables that decide (\`npm run docs\` writes it; a test keeps them equal).

## Which rule wins

\`deny\` beats \`hold\`, which beats \`allow\`, which beats silence, which denies. \`request\` decides nothing: it lets a caller be told that access can be asked for. The
order of rules never matters. [Built-in guards](guards.md) deny whatever is allowed; discovery, OpenAPI, \`/version\` and the reviews of oneself are allowed to every
authenticated caller where no rule denies them.

A rule speaks of a request only when all that it states holds. A fact that could not be looked up, and a condition that ends in an error, count against the
request: an \`allow\` or \`request\` that needs it does not match, a \`deny\` or \`hold\` does, and the recording says so.

## Matching

\`verbs\`, \`apiGroups\`, \`resources\`, \`resourceNames\` and \`nonResourceURLs\` match exactly as in a Role, with one difference: in an \`allow\` or \`request\` no wildcard
reaches a power. A power (exec, attach, port-forward, the three proxies, ephemeral containers, binding, finalize, approval, token, escalate, bind, impersonate) is
reached by its name under \`powers\`, or by a rule that names verb, group and resource without a \`*\`. Exec, attach and port-forward are had for the verb \`create\`,
whatever HTTP method carries them. \`/logs\`, \`/debug\` and \`/metrics\` are reached by their exact paths alone.
A \`*\` under \`resources\` reaches reads of Secrets, whose values are [masked](masks.md), and no change of one: a rule that is to change them names \`secrets\`, and then reaches what its \`verbs\` say.
The metrics of \`external.metrics.k8s.io\` and \`custom.metrics.k8s.io\`, which no discovery lists, are read only under rules that name the group.

A \`deny\` or \`hold\` is read widely. Its wildcards reach powers. One on \`delete\` covers what equals a delete: eviction, scale to zero, deletecollection, finalizers,
\`$patch: delete\`, deletionTimestamp, ownerReferences, TTL, and the deletion of the namespace around. One on \`exec\` covers attach, ephemeral containers and the node
proxy. \`equivalents: false\` turns both off. Whether an update or apply leaves a finalizer out is told by the live object, which is looked up for it. One with \`namespaces\` or \`resourceNames\` covers a list, a watch or a deletecollection that reaches them among others, and a create whose
generated name could be one of them.

${REACH}
## Keys

| key | what it is | default |
|---|---|---|
${rows.map(({ key, what, fallback }) => `| \`${key}\` | ${what} | ${fallback} |`).join('\n')}

## Conditions

\`when\` is an expression in [CEL](https://cel.dev). It is checked when it is loaded: names, fields of \`caller\` and \`operation\`, functions and what they take, and that
the whole is true or false. Fields of \`object\` and \`existing\` are not, because nothing says what they hold; \`has()\` asks whether one is there. At most 4,096
characters, 2,000 parts and three loops within each other; at run time 100,000 turns of all loops and of the functions that go through lists, fewer where texts are long, 10,000 items in a list, 200,000 values in an object.

| variable | what it is |
|---|---|
${Object.entries(VARIABLE_TYPES)
  .flatMap(([name, type]) =>
    type.kind === 'record'
      ? Object.entries(type.fields).map(([field, inner]) => `| \`${name}.${field}\` | \`${formatType(inner)}\` |`)
      : [`| \`${name}\` | ${WHAT[name] ?? ''} |`],
  )
  .join('\n')}

What a condition reads of \`object\`, for a patch, or of \`existing\` is what the API server said a moment before. A request that changes something is forwarded for [just that
version](preconditions.md), and judged anew where it is another one by then.

${functionsSection()}`;
}

function functionsSection(): string {
  return `Functions: ${functionNames().join(', ')}; the macros \`has\`, \`all\`, \`exists\`, \`exists_one\`, \`map\`, \`filter\`. They are those of CEL, of its string extension, and of
Kubernetes' library for admission policies. Of that library these are absent:

${Object.entries(ABSENT_FUNCTIONS)
  .map(([name, why]) => `* \`${name}\`: ${why}`)
  .join('\n')}
* optional values (\`?.\`, \`[?…]\`, \`optional.of\`), two-variable macros, \`cel.bind\`, \`ext.Lists\` (\`slice\`, \`flatten\`, \`sort\`, \`sortBy\`, \`distinct\`, \`lists.range\`, \`reverse\`,
  \`first\`, \`last\`) and the names of messages such as \`google.protobuf.Timestamp\`: the engine has them not. The results of \`format.named\` and \`validate\` have
  \`hasValue()\` and \`value()\` all the same.

What is there answers as Kubernetes 1.35 does (4,000 expressions are held to it), with these differences:

${CEL_DIFFERENCES.map(({ what }) => `* ${what}`).join('\n')}
* types are checked less strictly: \`1 == 1.0\` is taken, and so is a list of different types
`;
}

const WHAT: Readonly<Record<string, string>> = {
  object: 'what would be stored: the body of a create or update, the result of a patch; null otherwise',
  existing: 'the live object; null where there is none',
  now: '`timestamp`',
};

function functionNames(): readonly string[] {
  return [...FUNCTIONS.keys()]
    .filter((name) => /^[a-z]/i.test(name))
    .sort()
    .map((name) => `\`${name}\``);
}
