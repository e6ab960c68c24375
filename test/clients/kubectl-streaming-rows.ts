import type { Row } from './row.ts';

const image = 'registry.test/busybox:1';
const pod = `--image=${image} --image-pull-policy=Never`;

/** What kubectl streams: logs, commands, files and ports. */
export const streamingRows: readonly Row[] = [
  { name: 'logs', run: 'kubectl logs lines' },
  { name: 'logs --tail', run: 'kubectl logs lines --tail=1 -c lines' },
  { name: 'logs --timestamps', run: 'kubectl logs lines --timestamps' },
  { name: 'logs --limit-bytes', run: 'kubectl logs lines --limit-bytes=5' },
  { name: 'logs by label', run: 'kubectl logs -l part=lines --prefix' },
  { name: 'logs of a deployment', run: 'kubectl logs deployment/app' },
  { name: 'logs --previous', run: 'kubectl logs lines --previous' },
  { name: 'logs of what is missing', run: 'kubectl logs missing' },
  {
    name: 'logs -f',
    run: 'kubectl logs -f lines',
    steps: [
      { when: /three/, act: { admin: 'kubectl exec lines -- sh -c "echo late > /proc/1/fd/1"' } },
      { when: /late\n/, act: 'interrupt' },
    ],
  },
  { name: 'exec', run: `kubectl exec web -- sh -c 'echo out; echo err >&2'` },
  { name: 'exec, its exit code', run: 'kubectl exec web -- sh -c "exit 7"' },
  { name: 'exec -i', run: 'echo hello | kubectl exec -i web -- tr a-z A-Z' },
  { name: 'exec, many bytes in and out', run: 'head -c 3000000 /dev/zero | kubectl exec -i web -- cat | md5sum' },
  { name: 'exec of a program that is not there', run: 'kubectl exec web -- nosuchprogram' },
  { name: 'exec in a container that is not there', run: 'kubectl exec web -c nosuch -- true' },
  { name: 'exec in a pod that is not there', run: 'kubectl exec missing -- true' },
  { name: 'exec in a deployment', run: 'kubectl exec deployment/app -- cat /tmp/index.html' },
  {
    name: 'exec -it',
    run: `script -qfec 'stty rows 24 cols 80; kubectl exec -it web -- sh -c "tty; until stty size 2>/dev/null | grep -q 24; do sleep 0.1; done; stty size; read x; echo got \\$x; exit 5"' /dev/null`,
    steps: [{ when: /24 80/, act: { type: 'typed\n' } }],
  },
  {
    name: 'attach',
    run: 'kubectl attach -i listener',
    steps: [
      { when: /^/, act: { type: 'hello\n' } },
      { when: /heard hello\n/, act: 'interrupt' },
    ],
  },
  {
    name: 'cp into a pod',
    run: 'head -c 2000000 /dev/zero > bytes; kubectl cp bytes web:/tmp/bytes && kubectl exec web -- md5sum /tmp/bytes',
  },
  // kubectl cp ends when it has read tar's end, and waits for no exit code: what tar says, and whether it failed, gets lost by luck
  // (kubernetes/kubectl#980). What is there afterwards does not.
  { name: 'cp out of a pod', run: 'kubectl cp web:/tmp/bytes back >/dev/null 2>&1; md5sum back' },
  {
    name: 'cp of a folder',
    run: 'mkdir -p folder/sub; echo a > folder/sub/a; kubectl cp folder $NS/web:/tmp/folder -c web && kubectl exec web -- find /tmp/folder -type f',
  },
  {
    name: 'cp of what is missing',
    run: 'kubectl cp web:/tmp/missing gone >/dev/null 2>&1; test ! -e gone && echo nothing came',
  },
  {
    name: 'port-forward',
    run: 'kubectl port-forward --address 127.0.0.1 pod/web :8080',
    steps: [
      { when: /127\.0\.0\.1:(\d+)/, act: { fetch: '/' } },
      { when: /127\.0\.0\.1:(\d+)[\s\S]*fetched 200/, act: { fetch: '/missing' } },
      { when: /Handling[\s\S]*Handling[\s\S]*fetched 404/, act: 'interrupt' },
    ],
  },
  {
    name: 'port-forward to a service',
    run: 'kubectl port-forward --address 127.0.0.1 svc/app :80',
    steps: [
      { when: /127\.0\.0\.1:(\d+)/, act: { fetch: '/' } },
      { when: /Handling[\s\S]*fetched 200/, act: 'interrupt' },
    ],
  },
  {
    name: 'port-forward to a closed port',
    run: 'kubectl port-forward --address 127.0.0.1 pod/web :9',
    steps: [{ when: /127\.0\.0\.1:(\d+)/, act: { fetch: '/' } }],
  },
  {
    name: 'proxy',
    run: 'kubectl proxy --port=0 --append-server-path',
    steps: [
      { when: /127\.0\.0\.1:(\d+)/, act: { fetch: '/api/v1/namespaces/$NS/configmaps/settings' } },
      { when: /fetched/, act: 'interrupt' },
    ],
  },
  {
    name: 'proxy by a server URL without a path',
    run: 'kubectl proxy --port=0',
    isPathless: true,
    steps: [
      { when: /127\.0\.0\.1:(\d+)/, act: { fetch: '/api/v1/namespaces/$NS/services/http:app:80/proxy' } },
      { when: /fetched/, act: 'interrupt' },
    ],
  },
  {
    name: 'get --raw of a service without its final slash, which is redirected',
    run: 'kubectl get --raw "/api/v1/namespaces/$NS/services/http:app:80/proxy"',
  },
  {
    name: 'debug',
    run: `kubectl debug web ${pod} -c debugger -- sh -c 'echo debugged' && until kubectl logs web -c debugger 2>/dev/null | grep debugged; do sleep 0.2; done`,
    stored: ['pod/web'],
  },
  {
    name: 'debug a copy',
    run: `kubectl debug lines --copy-to=copy ${pod} -c copied -- sleep 1000`,
    stored: ['pod/copy'],
  },
];
