// What @kubernetes/client-node makes of a no and of a wait: node answers.js NAMESPACE NAME
// Each thing is asked for as people write it, all at once, and each line that is printed names it: `create: done`, or the error.

import { PassThrough } from 'node:stream';
import { CoreV1Api, Exec, KubeConfig, Watch } from '@kubernetes/client-node';

const [namespace, who] = process.argv.slice(2);
const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const say = (kind, ...words) => console.log(`${kind}:`, ...words);

function told(error) {
  const first = String(error?.message).split('\n')[0];
  if (error?.code === undefined || error?.body === undefined) return `${error?.name}: ${first}`;
  return `${error.name} ${error.code}, body: ${JSON.parse(error.body).message}`;
}

const kinds = {
  get: () => core.readNamespacedService({ namespace, name: 'closed' }),
  watch: () =>
    new Promise((resolve, reject) => {
      const path = `/api/v1/namespaces/${namespace}/services`;
      const done = (error) => (error ? reject(error) : resolve());
      new Watch(config).watch(path, { timeoutSeconds: 1 }, () => {}, done).catch(reject);
    }),
  create: () => core.createNamespacedConfigMap({ namespace, body: { metadata: { name: `${who}-new` } } }),
  delete: () => core.deleteNamespacedConfigMap({ namespace, name: `${who}-there` }),
  exec: () =>
    new Promise((resolve, reject) => {
      const out = new PassThrough().resume();
      new Exec(config)
        .exec(namespace, 'ticks', 'ticks', ['echo', 'done'], out, null, null, false, resolve)
        .catch(reject);
    }),
};

for (const [kind, ask] of Object.entries(kinds)) {
  ask()
    .then(
      () => say(kind, 'done'),
      (error) => say(kind, 'rejects,', told(error)),
    )
    .finally(() => say(kind, 'over'));
}
