import { DEFAULT_MASKS } from '../../src/masking/rules/default-masks.ts';

const writtenBack = `## Masks that are written back

An object that was read is written back with its masks by \`kubectl edit\`, \`replace\`, \`apply\` of what \`get\` printed, \`rollout undo\` and Helm. No mask reaches the cluster: what is stored is read in
the caller's own name, its masks are computed anew, and each one that is written at its place gets its value, in JSON, YAML, protobuf, patches of every type and server-side apply. The request is then held to the
version that was read. Policy judges, and the journal keeps, the request as it was written; the answer has masks again. A value is put back

* in the same object at the same place (an element of a list is the one of the same \`name\`), and in that object's own last-applied-configuration at the same place in it; in a text beside which other lines were changed, too;
* from a ReplicaSet or ControllerRevision into its workload, where the whole pod template is the one that was shown (\`rollout undo\`);
* into an object that its caller has itself deleted in the last ten minutes and makes anew (\`kubectl replace --force\`): until then its values are kept in memory, for that caller alone;
* within one Helm release: into the record of a later revision whose config, manifest and hooks are those of a stored one (rollback), and into the very object and field that a stored manifest or hook names.

A number that is masked is shown as 0, and 0 at its place is put back too: who means 0 has to say so without being shown a mask there.
Nothing else moves, also not into a field that is masked itself. What has the form of a mask, whole or in part, in base64, of this gateway or another, is else refused with the name of its field:
\`MASK_STALE\` (409) where another value is there now, so get the object again; \`MASK_MISPLACED\` where it does not belong. An upgrade by Helm that reuses values which are masked is refused at its pending
record, before anything has changed: give them with \`-f\`. Operations of a JSON patch that test, copy or move what can be masked are refused too. Masks in the reply to a change cannot be written back: get the object first.
Nor can one that is a key: a token that was the key of a map, and an element of a list in \`metadata.managedFields\`. Leave managed fields out, as kubectl does; the API server then keeps its own; a write that holds such a mask, or a JSON patch whose path does, is refused.`;

const insideStrings = `Strings that are documents themselves (JSON, YAML, \`.env\`, \`.properties\`, INI) are masked inside, and so are documents in them: by keys that tell, however they are escaped or quoted, and by shape (a Secret, a kubeconfig, a registry’s credentials, a \`value\` beside
a \`name\`). Where readers differ, what any of them would take for secret is masked: each of keys that stand there twice, what a YAML alias or merge (\`<<\`) says elsewhere, keys and values of \`.properties\` with their escapes and as they stand. What is
nested too deep, or too long to be taken apart, is masked whole where it may be a Secret; [the limits](limits.md#documents-inside-strings).

Base64 of what gzip packed, as operators keep objects in annotations, is unpacked, and masked whole where anything in it would be. A JSON object in an annotation of a Secret is masked as the Secret is, whether or not it says its kind.

\`command\` and \`args\`, wherever they stand side by side as lists of strings, are read as the one command that they are, scripts of \`sh -c\` in it too: what an option of a well-known tool says is masked as by \`keyed-secret\` (\`mysql -pX\`, \`redis-cli -a X\`, \`curl -u user:X\`), and what is given
to the name of a password, however it looks (\`PGPASSWORD=x\`). In scripts and logs the most common of these options are known where their tool stands before them in the same command. Of a JSON patch of one word of a command alone, which does not say the option before it, what looks like a secret is recorded masked. A token that is the key of a map is masked there. What \`metadata.managedFields\` says of elements of lists is masked as these are, by place and by look; a
token in whose fields they are, too.`;

/** The reference page of masks, from their table. */
export function masksPage(): string {
  const sections = DEFAULT_MASKS.map(({ id, masks, reason, example, nearMiss }) => {
    const [before = '', value = '', after = ''] = example.object.split(/[«»]/);
    return `### ${id}

Masks ${masks}. Why: ${reason}. In \`${example.resource}\`:

* masks what is between \`«\` and \`»\`: \`${before}«${value}»${after}\`
* leaves: \`${nearMiss.object}\`
`;
  });
  return `# Masks

Values that must not be seen leave as masks: in every reply that holds an object (lists, tables, watches, metadata alone, failures and warnings too). All other bytes leave
as they came. Made from the table in [src/masking/rules/default-masks.ts](../../src/masking/rules/default-masks.ts); each example and near miss is a test.

A mask is \`masked-by-sallyport-\` and 20 letters and digits; where the place takes base64 it is that in base64, and a value in PEM armour becomes one. It is keyed over target, object (uid), field and
value: a value that changes changes its mask, and nothing else can be told from it. In the reply to a change masks compare with nothing, so that nobody can try what a value is. A
number becomes 0; booleans are never masked. Values that [detectors](detectors.md) know by their look are masked anywhere: each detector is a default mask under its own id.

So that objects can be read, replies are asked for in JSON, as it is or packed by gzip, which is opened and packed again while it passes; a caller that accepts none is refused (\`ENCODING_NOT_ACCEPTABLE\`), and a reply in another form is not passed. One object, item or
event is held while it is masked, \`limits.objectBytesMax\` at most.

${insideStrings}

${writtenBack}

## Default masks

They stand for everybody. \`unsafe.openMasks\` in the configuration opens one by its id, or all with \`*\`, for some callers and targets. What is in objects and what programs print (logs, exec, attach) is shown to these; what is recorded stays masked:

\`\`\`yaml
unsafe:
  openMasks:
    - { id: env-value, callers: [{ groups: [sre] }], targets: [staging] }
\`\`\`

${sections.join('\n')}
## Masks of one’s own

A policy document adds masks beside its rules, or holds nothing else. They are loaded, and replaced, with the rules; every key is on the page of [policy](policy.md#keys).

\`\`\`yaml
apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: masks }
masks:
  - { id: vendor-tokens, apiGroups: [example.com], resources: [sites], at: ["spec.**.token", 'spec.accounts[*].key'] }
  - { id: customers, pattern: 'CUST-[0-9]{8}', detect: [card-number] }
  - { id: endpoints, env: ['*_URL', '*_DSN'], keys: [database.yaml], annotations: ['example.com/webhook'], callers: [{ kind: autonomous }] }
\`\`\`

\`callers\`, \`targets\`, \`namespaces\`, \`apiGroups\` and \`resources\` narrow; without them a mask is for everybody, everywhere. Each of \`at\`, \`annotations\`, \`labels\`, \`env\`, \`keys\`,
\`detect\` and \`pattern\` adds values to what is masked. A resource is reached with its subresources, the logs and the output of commands of \`pods\` among them; there, and in text that is no document of Kubernetes,
\`detect\` and \`pattern\` find what they look for (of a pattern’s match the beginning stays that all matches have in common, or else its first character). Objects in the manifests of Helm’s releases are masked as where they are read.

What is masked is not to be found out another way: a JSON patch that tests, copies or moves it, and a selector by a masked label or field, are refused for whom it is masked (\`MASK_MISPLACED\`). A table’s cells do not say where their values come from, so kinds with
a mask outside of \`metadata\` are asked for as objects: kubectl then prints name and age alone.

\`compare\` says how far equal values have equal masks. Beyond \`field\` it gives something away: whoever can write a value into one object, and sees its mask, can tell where the same value stands.

With \`honeytoken: true\` the gateway remembers whom it showed each mask to: in memory, and where it has a [control plane](configuration.md) in its store, so that all gateways on it know, after a restart too. Nobody has a use for a mask but to hand it on: one that comes back anywhere but at its own place (as a token, in a
path, a selector, a command, another object) is an event, \`mask.returned\`, in the [journal](journal.md), the log and a metric.

## Show one place

A rule that allows, or that can be requested, may open places for its callers: \`unmask\`. It names groups and resources without \`*\`, and opens no more than the places that it names, of the objects that it permits:
[how to show one value to one caller](../how-to/show-one-value.md).
`;
}
