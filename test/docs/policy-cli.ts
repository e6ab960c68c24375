import { ADVICE_CODES } from '../../src/policy/analysis/lint/advice.ts';

/** The reference page of what the policy commands tell, with the table of advice. */
export function policyCliPage(): string {
  return `# What the policy commands tell

Their options are in [cli.md](cli.md). Nothing is sent anywhere, but by \`import rbac --kubeconfig\`, which reads with GET alone. Of the files that a configuration names (\`--config\`) they look for those of \`policy.files\` alone, so that policy is
looked at where its gateway's keys and tokens are not: on a laptop, in a pipeline.

This page's table is made from the code (\`npm run docs\` writes it; a test keeps the two equal).

## policy check

Mistakes for which the gateway would not load the set, each with file, line and column; or, where there are none, warnings with a fix beneath each. \`-o sarif\` is
SARIF 2.1.0, as code hosts show it beside the lines of a change. Exit code 1 for mistakes, with \`--strict\` also for warnings.

| code | what it is about |
|---|---|
${Object.entries(ADVICE_CODES)
  .map(([code, text]) => `| \`${code}\` | ${text} |`)
  .join('\n')}

A warning is not an error: break-glass rules have wildcards, and an operator may want them. \`dead-entry\`, \`never-matches\`, \`shadowed\` and \`guarded\` are exact
over callers, targets, operations, namespaces and names: what is said to match nothing matches nothing. Conditions are not solved, so a rule whose \`when\` is never
true is not found.

## policy explain

The decision; the rule, guard or silence that made it; the rules that match too; the rules that hang on facts which are not known; and the nearest rules that do
not match, each with the fields in which rule and request differ. A deny or hold is compared under the reading of the request that is nearest to it: an eviction
also as a delete. \`facts used\` are those of \`--facts\` that a rule asked for; \`unknown\` are those that a gateway would look up. Exit code 0 for an allow, 1 for a
deny or hold, 3 where the answer hangs on a fact that is not given.

\`\`\`sh
sallyport policy explain --config sallyport.yaml --as bot-7 --group sre-bots --target demo -- delete pod web -n shop
sallyport policy explain --policy policies --target demo --as bot-7 --request request.yaml --facts facts.yaml
\`\`\`

## policy diff and policy who-can

Both look at everything at once, not at samples: callers by all that rules can tell apart of them, every verb on every kind that Kubernetes has or a rule names,
with one for any other, every namespace and name that a rule tells apart. A line is a set of requests; what is not said in it is not narrowed.

| heading of \`diff\` | meaning |
|---|---|
| may now be done, and could not be before | somebody gains it, always or under the conditions beneath |
| no longer hangs on a condition | it was allowed for some requests, and is now for all |
| hangs on other conditions, or is changed otherwise | the text of a condition, an edit or a service account differs |
| now hangs on a condition | it was allowed for all requests, and is now for some |
| can no longer be done | somebody loses it |
| held, asked for | the same for \`hold\` and \`request\`, by rule. A rule of which guards alone take something away is told whole, with \`unless a guard denies it\` |

What these cannot see, and tell as a condition instead: CEL, times, argv, ports, options of a write, labels of namespaces (conditions are compared as they are
written, so a condition that is written otherwise is a change); what a body holds (\`unless … it amounts to a delete\`, \`guard privileged-exec finds what it looks
for\`). Guards that look into bodies alone (privileged pods, service accounts) are not told. Exit codes: \`diff\` 1 where anything differs, \`who-can\` 1 where the
answer is nobody.

${aboutImport()}
${aboutJournal()}`;
}

function aboutImport(): string {
  return `## policy import rbac

Each binding's role becomes rules: a user is a subject, a service account the subject \`system:serviceaccount:NAMESPACE:NAME\`, \`system:authenticated\` everyone, other
groups of \`system:\` nobody, since no token can carry them. A RoleBinding's rules are for its namespace. An aggregated ClusterRole is what it selects. Whoever may do
something by RBAC may do it by the rules and nobody else, with one exception: powers (exec, proxies, tokens, …) that a role reaches by a wildcard are left out, and
listed. \`--powers\` takes them over, each as a rule of its own that names it. Exec, attach and port-forward are had for \`create\` here, so a role that has \`get\` of them
alone gives nothing. [Guards](guards.md) deny on top of it.
`;
}

/** What asks the journal. */
function aboutJournal(): string {
  return `## simulate

\`policy simulate OLD NEW\` asks both policies, with the guards of \`--config\`, about each exchange that the journal has since \`--since\`: with the caller, its groups and labels, the grants that
it had then, the scope of its token, the instant, path, query, command and ports. A journal has no body and no looked-up fact. What policy answered then stands for them, as far as the
old policy can have given that answer: of what was allowed, whatever would have denied or held it had said no.

| answer | meaning |
|---|---|
| would be answered otherwise | for certain: another effect, or other places that are shown unmasked |
| it cannot be known | it hangs on what is named, which one of the two asks for and the other does not |
| could not be read again | a name in it is masked, or it came with a token whose scope is in no journal that was given |
| answered otherwise than the old policy would | the old policy is not what was in force then, or other guards were: what it would have answered is reckoned without the recorded answer |

A request that a rule edits is asked about as it came; what the edits make of it is not known. Of a port-forward, which ports were opened inside its stream is not. Exit code 1 where
anything would differ, or might.

## tighten

\`policy tighten\` prints a patch, for \`git apply\` or \`patch -p1\` in the folder in which it was run. A rule whose uses are no product of verbs, kinds, names and namespaces becomes several, with ids of
their own (\`ID-2\`); a grant hangs on a \`request\` rule and is never touched. Each part permits nothing that its rule does not, and all that it was used for; the edited text is read again and
held to that before it is printed. Exit code 1 where there is something to narrow.
`;
}
