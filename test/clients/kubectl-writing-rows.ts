import type { Row } from './row.ts';
import { ENDPOINT_SETTLED, QUOTA_SETTLED } from './settled.ts';

const image = 'registry.test/busybox:1';
const pod = `--image=${image} --image-pull-policy=Never`;

const runRan = `kubectl run ran ${pod} --restart=Never --overrides='{"spec":{"terminationGracePeriodSeconds":0}}' -- sleep 1000`;

/** What kubectl changes, each row on what the rows before it left. */
export const writingRows: readonly Row[] = [
  { name: 'create -f', run: 'kubectl create -f one.yaml', stored: ['cm/one'] },
  { name: 'create what is there', run: 'kubectl create -f one.yaml' },
  {
    name: 'create -f - with generateName',
    run: 'kubectl create -f - < generated.yaml',
    stored: ['cm -l made=generated'],
  },
  { name: 'create several', run: 'kubectl create -f several.yaml', stored: ['cm,sa -l made=several'] },
  { name: 'create what is invalid', run: 'kubectl create -f invalid.yaml' },
  { name: 'create what is invalid, unchecked', run: 'kubectl create -f invalid.yaml --validate=false' },
  { name: 'create what is invalid, warned', run: 'kubectl create -f invalid.yaml --validate=warn' },
  { name: 'create --dry-run=server', run: 'kubectl create cm dry --from-literal=a=1 --dry-run=server -o yaml' },
  { name: 'create --dry-run=client', run: 'kubectl create cm dry --from-literal=a=1 --dry-run=client -o yaml' },
  {
    name: 'create configmap',
    run: 'kubectl create cm made --from-literal=a=1 --from-file=one.yaml',
    stored: ['cm/made'],
  },
  {
    name: 'create deployment',
    run: `kubectl create deployment made --image=${image} --replicas=0 -- sleep 1000`,
    stored: ['deploy/made'],
  },
  { name: 'create job', run: `kubectl create job made --image=nosuch.test/image -- sleep 1000`, stored: ['job/made'] },
  {
    name: 'create cronjob',
    run: `kubectl create cronjob made --image=nosuch.test/image --schedule='0 0 1 1 *' -- true`,
    stored: ['cronjob/made'],
  },
  { name: 'create service', run: 'kubectl create service clusterip made --clusterip=None', stored: ['svc/made'] },
  { name: 'create serviceaccount', run: 'kubectl create sa made', stored: ['sa/made'] },
  { name: 'create secret', run: 'kubectl create secret generic made --from-literal=a=1', stored: ['secret/made'] },
  { name: 'get secret', run: 'kubectl get secret made -o yaml' },
  {
    name: 'create quota',
    run: `kubectl create quota made --hard=services=50 && ${QUOTA_SETTLED}`,
    stored: ['quota/made'],
  },
  { name: 'create pdb', run: 'kubectl create pdb made --selector=app=none --min-available=1', stored: ['pdb/made'] },
  {
    name: 'create ingress',
    run: 'kubectl create ingress made --rule="host.test/path=app:80"',
    stored: ['ingress/made'],
  },
  { name: 'create namespace', run: 'kubectl create namespace $NS-extra', stored: ['namespace/$NS-extra'] },
  { name: 'delete namespace', run: 'kubectl delete namespace $NS-extra --wait=false' },
  {
    name: 'run',
    run: runRan,
    stored: ['pod/ran'],
  },
  {
    name: 'expose',
    run: 'kubectl expose deployment app --name=exposed --port=81 --cluster-ip=None',
    stored: ['svc/exposed'],
  },
  { name: 'autoscale', run: 'kubectl autoscale deployment made --min=1 --max=2', stored: ['hpa/made'] },
  { name: 'apply, anew', run: 'kubectl delete cm one && kubectl apply -f one.yaml', stored: ['cm/one'] },
  { name: 'apply, unchanged', run: 'kubectl apply -f one.yaml' },
  { name: 'diff', run: `kubectl diff -f one-changed.yaml | grep -v '^[-+][-+][-+] \\|^diff'` },
  { name: 'apply, changed', run: 'kubectl apply -f one-changed.yaml', stored: ['cm/one'] },
  { name: 'apply --dry-run=server', run: 'kubectl apply -f one.yaml --dry-run=server -o yaml' },
  { name: 'apply view-last-applied', run: 'kubectl apply view-last-applied cm/one' },
  { name: 'apply -k', run: 'kubectl apply -k .', stored: ['cm/built-one'] },
  {
    name: 'apply --server-side',
    run: 'kubectl apply --server-side -f one.yaml --field-manager=first --force-conflicts',
    stored: ['cm/one'],
  },
  {
    name: 'apply --server-side, in conflict',
    run: 'kubectl apply --server-side -f one-conflicting.yaml --field-manager=second',
  },
  {
    name: 'apply --server-side --force-conflicts',
    run: 'kubectl apply --server-side -f one-conflicting.yaml --field-manager=second --force-conflicts',
    stored: ['cm/one'],
  },
  {
    name: 'apply --prune',
    run: 'kubectl apply -f several.yaml --prune -l made=several --prune-allowlist=core/v1/ConfigMap',
  },
  { name: 'replace', run: 'kubectl replace -f one.yaml', stored: ['cm/one'] },
  { name: 'replace --force', run: 'kubectl replace --force -f one-changed.yaml', stored: ['cm/one'] },
  { name: 'edit', run: `KUBE_EDITOR='sed -i s/second/edited/' kubectl edit cm one`, stored: ['cm/one'] },
  { name: 'edit, unchanged', run: 'KUBE_EDITOR=true kubectl edit cm one' },
  {
    name: 'patch, strategic',
    run: `kubectl patch deployment app -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[{"name":"A","value":"1"}]}]}}}}'`,
    stored: ['deploy/app'],
  },
  {
    name: 'patch, merge',
    run: `kubectl patch cm one --type=merge -p '{"data":{"text":null,"merged":"yes"}}'`,
    stored: ['cm/one'],
  },
  {
    name: 'patch, JSON',
    run: `kubectl patch cm one --type=json -p '[{"op":"replace","path":"/data/merged","value":"json"}]'`,
    stored: ['cm/one'],
  },
  {
    name: 'patch, JSON, failing',
    run: `kubectl patch cm one --type=json -p '[{"op":"test","path":"/data/merged","value":"other"}]'`,
  },
  {
    name: 'patch --subresource',
    run: `kubectl patch deployment made --subresource=scale --type=merge -p '{"spec":{"replicas":0}}'`,
  },
  {
    name: 'patch --dry-run=server',
    run: `kubectl patch cm one --type=merge -p '{"data":{"dry":"yes"}}' --dry-run=server -o yaml`,
  },
  { name: 'label', run: 'kubectl label cm one colour=red', stored: ['cm/one'] },
  { name: 'label, in conflict', run: 'kubectl label cm one colour=blue' },
  {
    name: 'label --overwrite',
    run: 'kubectl label cm one colour=blue --overwrite --resource-version=1; kubectl label cm one colour=blue --overwrite',
    stored: ['cm/one'],
  },
  { name: 'label by selector', run: 'kubectl label cm -l made=several batch=yes', stored: ['cm -l made=several'] },
  {
    name: 'annotate',
    run: 'kubectl annotate cm one note="a note with ünïcode" && kubectl annotate cm one note-',
    stored: ['cm/one'],
  },
  { name: 'set image', run: 'kubectl set image deployment/made busybox=nosuch.test/other:1', stored: ['deploy/made'] },
  {
    name: 'set env',
    run: 'kubectl set env deployment/made A=1 && kubectl set env deployment/made --list',
    stored: ['deploy/made'],
  },
  { name: 'set resources', run: 'kubectl set resources deployment/made --limits=cpu=100m' },
  {
    name: 'rollout status',
    run: 'kubectl rollout status deployment app --timeout=120s >/dev/null && kubectl rollout status deployment app',
  },
  {
    name: 'rollout history',
    run: 'kubectl rollout history deployment app && kubectl rollout history deployment app --revision=2',
  },
  {
    name: 'rollout undo',
    run: 'kubectl rollout undo deployment app && kubectl rollout status deployment app >/dev/null',
    stored: ['deploy/app'],
  },
  {
    name: 'rollout pause and resume',
    run: 'kubectl rollout pause deployment made && kubectl rollout resume deployment made',
  },
  { name: 'rollout restart', run: 'kubectl rollout restart deployment made', stored: ['deploy/made'] },
  {
    name: 'scale',
    run: 'kubectl scale deployment app --replicas=2 && kubectl rollout status deployment app >/dev/null',
    stored: ['deploy/app'],
  },
  {
    name: 'scale, with a precondition that fails',
    run: 'kubectl scale deployment app --current-replicas=7 --replicas=1',
  },
  {
    name: 'scale down',
    run: `kubectl scale deployment app --current-replicas=2 --replicas=1 && ${ENDPOINT_SETTLED}`,
  },
  { name: 'wait for a condition', run: 'kubectl wait --for=condition=Available deployment/app --timeout=120s' },
  { name: 'wait for a value', run: `kubectl wait --for=jsonpath='{.status.phase}'=Running pod/web --timeout=120s` },
  { name: 'wait that runs out', run: 'kubectl wait --for=condition=Nonsense pod/web --timeout=1s' },
  {
    name: 'wait for a deletion',
    run: 'kubectl delete pod ran --wait=false && kubectl wait --for=delete pod/ran --timeout=120s >/dev/null 2>&1; kubectl get pod ran',
  },
  {
    name: 'evict',
    run: `${runRan} && kubectl create --raw /api/v1/namespaces/$NS/pods/ran/eviction -f eviction.json && kubectl wait --for=delete pod/ran --timeout=120s >/dev/null 2>&1; kubectl get pod ran`,
  },
  { name: 'delete', run: 'kubectl delete cm made', stored: ['cm/made'] },
  { name: 'delete -f', run: 'kubectl delete -f several.yaml', stored: ['cm,sa -l made=several'] },
  { name: 'delete by label', run: 'kubectl delete cm -l made=generated', stored: ['cm -l made=generated'] },
  { name: 'delete --all of a kind', run: 'kubectl delete hpa,pdb,quota --all' },
  {
    name: 'delete --cascade=orphan',
    run: 'kubectl delete deployment made --cascade=orphan && kubectl get rs -l app=made -o name | grep -q made- && echo its replica sets stay',
  },
  { name: 'delete --dry-run=server', run: 'kubectl delete pod web --dry-run=server', stored: ['pod/web'] },
  { name: 'delete --force', run: `${runRan} && kubectl delete pod ran --grace-period=0 --force` },
  {
    name: 'delete --raw',
    run: 'kubectl delete --raw /api/v1/namespaces/$NS/configmaps/built-one',
    stored: ['cm/built-one'],
  },
  { name: 'delete what is missing', run: 'kubectl delete cm missing' },
  { name: 'delete what is missing, tolerated', run: 'kubectl delete cm missing --ignore-not-found' },
];
