import { z } from 'zod';
import { policyTestSchema } from '../../src/config/policy-test-schema.ts';
import { keysOf, type Schema } from './schema-rows.ts';

/** The reference page of files of tests, out of the schema that parses them. */
export function policyTestingPage(): string {
  const rows = [...keysOf(z.toJSONSchema(policyTestSchema, { io: 'input' }) as Schema, '')];
  return `# Tests of policies

\`sallyport policy test FILES\` asks each case of the policies that its file names, and prints whether it is answered as expected. The request is read by the data
path's own stages, and decided by the same function with the same options as in a running gateway; nothing is sent. Exit code 1 where a case fails, with the
explanation of the answer beneath it. Name the file \`NAME.test.yaml\`: the gateway passes over such files in a folder of policies.

\`\`\`yaml
apiVersion: sallyport.dev/v1
kind: PolicyTest
policies: [read-only-troubleshooter.yaml]
caller: { subject: bot-7, groups: [sre-bots] }
target: demo
cases:
  - name: workloads are read
    runs: [get pods -n shop, logs web-1 -n shop]
    expect: allow
    rule: troubleshooter/read-workloads
  - name: roles stay under their guard
    run: create rolebinding mine -n shop
    expect: deny
    by: guard
    rule: rbac
\`\`\`

This page is made from the schema that parses the files (\`npm run docs\` writes it; a test keeps the two equal).

## Words

\`run\` and \`runs\` are in kubectl's words, and stand for what matters of the requests that kubectl sends: \`get\`, \`list\`, \`watch\`, \`create\`, \`update\`, \`replace\`, \`patch\`, \`edit\`,
\`apply\`, \`delete\`, \`deletecollection\`, \`scale --replicas\`, \`rollout restart|undo|pause|resume|status|history\`, \`cordon\`, \`uncordon\`, \`evict\`, \`exec POD -- COMMAND\`, \`attach\`, \`logs\`, \`cp\`,
\`port-forward POD PORT\`, \`proxy pod/POD /PATH\`; and a verb with a path, \`get /healthz\`. \`drain NODE\` is two requests, and each eviction one more to ask for; \`cp\` into a pod
is two. Of \`svc/web\` or \`deploy/web\` a pod behind it is reached, called \`a-pod-of-web\`; a port is taken to be the pod's. A kind is a plural, singular, kind or short name of Kubernetes' own; a custom one is named in full, \`things.example.com\` or \`things.v1.example.com\`, and is
in a namespace where \`-n\` says so. Without \`-n\` a namespaced kind is in \`default\`, as kubectl has it; \`-A\` is all namespaces. \`get\` without a name is a list. A create
without \`object\` sends the bare name; other writes without one are judged without a body. Anything else can be put as a \`request\`, byte for byte.

## What is known

A rule or guard that needs a fact which \`facts\` does not give finds it unknown: an allow then does not match, a deny, hold or guard does, and \`by\` is \`incomplete\`.
\`policy explain\` tells which facts a request would have a gateway look up.

## What is masked

\`reply\` is an object that the target would answer an allowed read with, and \`masked\` every place of it that the caller is shown masked: by default masks, those of the policies, and without what a
rule shows by \`unmask\`. \`sallyport mask test -f FILE\` prints them.

\`\`\`yaml
  - name: the smoke test sees the user's name, and not the password
    run: get secret database -n shop
    reply: { apiVersion: v1, kind: Secret, metadata: { name: database }, data: { user: c2hvcA==, password: aHVudGVyMg== } }
    expect: allow
    masked: [data.password]
\`\`\`

## Keys

| key | what it is | default |
|---|---|---|
${rows.map(({ key, what, fallback }) => `| \`${key}\` | ${what} | ${fallback} |`).join('\n')}
`;
}
