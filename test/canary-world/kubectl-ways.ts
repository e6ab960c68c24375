import type { Way } from './way.ts';
import { NAMESPACE } from './world.ts';

const everything =
  'secrets,configmaps,pods,deployments,replicasets,statefulsets,daemonsets,cronjobs,jobs,controllerrevisions,events,services,widgets,blobs,serviceaccounts';
const again = [{ when: /again/, act: 'interrupt' }] as const;
const seen = (what: RegExp) => [{ when: what, act: 'interrupt' }] as const;
const inPod = (command: string) => `kubectl exec talks -- sh -c '${command}'`;

/** What only looks. Every one of them works through the gateway. */
export const readingWays: readonly Way[] = [
  ...['', '-o wide', '-o yaml', '-o json', '-o name', '--show-labels'].map((form) => ({
    run: `kubectl get ${everything} ${form}`,
  })),
  { run: `kubectl get ${everything} -o yaml --show-managed-fields` },
  { run: `kubectl get ${everything} -o json --chunk-size=2` },
  { run: 'kubectl get secrets --sort-by=.type -o wide; kubectl get pods --sort-by=.metadata.name' },
  { run: 'kubectl get widgets --sort-by=.spec.password' },
  { run: 'kubectl get widgets -A' },
  { run: `kubectl get secrets -o jsonpath='{range .items[*]}{.data}{"\\n"}{.metadata.annotations}{end}'` },
  {
    run: `kubectl get secret opaque -o go-template='{{range $k, $v := .data}}{{$k}}={{$v | base64decode}}{{"\\n"}}{{end}}'`,
  },
  { run: 'kubectl get secrets -o custom-columns=A:.data,B:.stringData,C:.metadata.annotations' },
  { run: 'kubectl get secret opaque -o yaml -v=9', printsItsOwn: true },
  { run: 'kubectl get secrets -v=10', printsItsOwn: true },
  { run: 'kubectl get secret bootstrap-token-canary -n kube-system -o yaml' },
  { run: 'kubectl get csr -o yaml; kubectl describe csr' },
  { run: `kubectl describe ${everything}` },
  {
    run: 'kubectl get deployment/web --subresource=scale -o yaml; kubectl get widget/one --subresource=status -o yaml',
  },
  { run: 'kubectl events; kubectl events --for pod/talks -o json' },
  { run: 'kubectl rollout history deployment/web --revision=1; kubectl rollout history statefulset/state -o yaml' },
  { run: 'kubectl set env deployment/web --list; kubectl set env pod/talks --list --resolve' },
  { run: 'kubectl apply view-last-applied secret/opaque; kubectl apply view-last-applied configmap/settings -o json' },
  { run: `kubectl cluster-info dump --namespaces ${NAMESPACE}` },
  // Some releases put the path of the server before it themselves.
  {
    run: `kubectl get --raw $PREFIX/api/v1/namespaces/${NAMESPACE}/secrets/opaque || kubectl get --raw /api/v1/namespaces/${NAMESPACE}/secrets/opaque`,
  },
  { run: `kubectl get secrets -w -o json`, steps: seen(/"name": "tls"/) },
  { run: 'kubectl get secrets --watch-only=false -w --output-watch-events', steps: seen(/tls /) },
  { run: 'kubectl get widgets -w', steps: seen(/one /) },
  {
    run: 'kubectl logs talks; kubectl logs talks --timestamps --prefix --tail=60; kubectl logs -l app=talks --all-containers',
  },
  { run: 'kubectl logs -f talks', steps: again },
  { run: 'kubectl attach talks', steps: again },
  {
    run: inPod(
      'env; cat /files/word; cat /files/* | base64; tr "\\000" " " < /proc/1/cmdline; echo; cat /var/run/secrets/kubernetes.io/serviceaccount/token',
    ),
  },
  { run: inPod('cat /files/awkward >&2; env | gzip -c | base64 >/dev/null; cat /proc/1/environ | tr "\\000" "\\n"') },
  { run: 'kubectl exec -i talks -- cat < /dev/null' },
  { run: `${inPod('cat /files/bytes /files/word')}; true` },
  { run: 'kubectl cp talks:/files files --retries=0; cat files/* 2>/dev/null; true' },
  { run: 'kubectl create token default; kubectl create token default -o json' },
  { run: 'kubectl auth can-i --list; kubectl api-resources; kubectl explain secrets; kubectl version' },
];

/** What says values in its refusals and warnings: of admission, of validation. */
export const sayingWays: readonly Way[] = [
  { run: 'kubectl create configmap refuses --from-literal=a=b', fails: true },
  { run: 'kubectl create configmap warns --from-literal=a=b --dry-run=server' },
  {
    run: `kubectl patch pod talks -p '{"spec":{"containers":[{"name":"main","env":[{"name":"DB_PASSWORD","value":"other"}]}]}}'`,
    fails: true,
  },
  {
    run: `kubectl patch job once --type merge -p '{"spec":{"template":{"spec":{"priorityClassName":"x"}}}}'`,
    fails: true,
  },
  { run: `kubectl patch service selecting --type merge -p '{"spec":{"selector":{"token":7}}}'`, fails: true },
  { run: `kubectl patch secret fixed -p '{"data":{"a":"YQ=="}}'`, fails: true },
  { run: `kubectl patch secret tls --type merge -p '{"type":"Opaque"}'`, fails: true },
  { run: `kubectl patch widget one --type merge -p '{"spec":{"password":{"a":1}}}'`, fails: true },
  {
    run: `kubectl patch deployment web --type merge -p '{"spec":{"selector":{"matchLabels":{"app":"other"}}}}'`,
    fails: true,
  },
];

/** What writes, or would. */
export const writingWays: readonly Way[] = [
  { run: 'kubectl label secret opaque seen=yes --overwrite -o yaml' },
  { run: 'kubectl annotate configmap settings seen=yes --overwrite -o json' },
  { run: 'kubectl label secrets --all all=yes --overwrite --dry-run=server -o yaml' },
  { run: `kubectl patch secret opaque -p '{"metadata":{"labels":{"patched":"yes"}}}' -o json` },
  { run: `kubectl patch secret opaque --type merge -p '{"data":{"added":"bmV3IHZhbHVl"}}' -o yaml` },
  { run: `kubectl patch secret opaque --type json -p '[{"op":"remove","path":"/data/added"}]' -o yaml` },
  { run: 'kubectl scale deployment web --replicas=0 -o yaml; kubectl scale deployment web --replicas=1' },
  { run: 'kubectl apply -f objects.json -o yaml', printsItsOwn: true },
  { run: 'kubectl apply -f objects.json --server-side -o yaml', printsItsOwn: true },
  { run: 'kubectl apply -f objects.json --server-side --force-conflicts --dry-run=server -o yaml', printsItsOwn: true },
  { run: 'kubectl apply -f objects.json --dry-run=server -o yaml -v=9', printsItsOwn: true },
  {
    // What the caller brought is masked otherwise than what is stored, so that it cannot try what that is.
    run: 'kubectl diff -f objects.json; kubectl diff -f objects.json --server-side --force-conflicts',
    printsItsOwn: true,
    fails: true,
  },
  {
    run: 'kubectl diff -f changed.json; kubectl diff -f changed.json --server-side --field-manager=another',
    fails: true,
  },
  { run: 'kubectl apply -f changed.json --server-side --field-manager=another', fails: true },
  { run: 'kubectl create -f changed.json -v=9', fails: true },
  { run: 'kubectl create secret generic mine --from-literal=a=mine -o yaml; kubectl delete secret mine' },
  { run: 'kubectl get secret opaque -o yaml | kubectl apply -f -' },
  { run: 'kubectl get secret opaque -o yaml | kubectl replace -f - -v=9' },
  { run: 'kubectl get configmap settings -o json | kubectl replace -f -' },
  { run: 'kubectl get secret annotated -o json | kubectl apply --server-side --force-conflicts -f -' },
  { run: 'EDITOR="sed -i s/seen:/looked:/" kubectl edit secret opaque' },
  { run: 'kubectl apply set-last-applied -f changed.json -o yaml' },
  { run: 'kubectl set env deployment/web ADDED=yes -o yaml' },
  { run: 'kubectl rollout undo deployment/web; kubectl rollout restart deployment/web' },
  { run: 'kubectl create job again --from=cronjob/tick -o yaml', fails: true },
  {
    run: 'kubectl debug talks --copy-to=copied --image=registry.test/busybox:1 --container=main -- sleep 1',
    fails: true,
  },
  { run: 'kubectl debug talks --image=registry.test/busybox:1 --profile=baseline -- sleep 1' },
  { run: 'kubectl get secret basic -o yaml | kubectl replace --force -f -' },
  { run: 'kubectl delete secret annotated --dry-run=server -o yaml; kubectl delete secrets -l no=such' },
];
