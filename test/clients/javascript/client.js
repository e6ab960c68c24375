// A program as people write them on @kubernetes/client-node: node client.js objects|watch|exec|logs|errors NAMESPACE
// Each subcommand prints what came of it in a way that a second run prints again.

import { Writable } from 'node:stream';
import {
  ApiException,
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  VersionApi,
} from '@kubernetes/client-node';

const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);

const commands = {
  async objects(namespace) {
    const { major, minor } = await config.makeApiClient(VersionApi).getCode();
    console.log('server', `${major}.${minor}`);
    const metadata = { name: 'javascript', namespace, labels: { 'made-by': 'javascript' } };
    const made = await core.createNamespacedConfigMap({ namespace, body: { metadata, data: { a: '1' } } });
    console.log('created', made.metadata.name, made.data);
    made.data.b = '2';
    console.log(
      'replaced',
      (await core.replaceNamespacedConfigMap({ name: 'javascript', namespace, body: made })).data,
    );
    const patch = [{ op: 'add', path: '/data/c', value: '3' }];
    console.log('patched', (await core.patchNamespacedConfigMap({ name: 'javascript', namespace, body: patch })).data);
    const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    const merged = await core.patchNamespacedConfigMap(
      { name: 'javascript', namespace, body: { data: { d: '4' } } },
      merge,
    );
    console.log('merged', merged.data);
    const generic = KubernetesObjectApi.makeApiClient(config);
    console.log('read', (await generic.read({ apiVersion: 'v1', kind: 'ConfigMap', metadata })).data);
    const list = await core.listNamespacedConfigMap({ namespace, labelSelector: 'made-by=javascript' });
    console.log(
      'listed',
      list.items.map((item) => item.metadata.name),
    );
    console.log('deleted', (await core.deleteNamespacedConfigMap({ name: 'javascript', namespace })).status);
  },

  async watch(namespace) {
    const labelSelector = 'made-by=javascript-watch';
    const create = (name) =>
      core.createNamespacedConfigMap({
        namespace,
        body: { metadata: { name, labels: { 'made-by': 'javascript-watch' } } },
      });
    await create('watch-before');
    const list = () => core.listNamespacedConfigMap({ namespace, labelSelector });
    const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list, labelSelector);
    const next = (verb) =>
      new Promise((resolve) => informer.on(verb, (object) => resolve(`${verb} ${object.metadata.name}`)));
    const before = next('add');
    await informer.start();
    console.log(await before);
    const after = new Promise((resolve) =>
      informer.on('add', (object) => object.metadata.name === 'watch-after' && resolve()),
    );
    await create('watch-after');
    await after;
    console.log('add watch-after');
    const gone = next('delete');
    await core.deleteNamespacedConfigMap({ name: 'watch-before', namespace });
    console.log(await gone);
    await informer.stop();
    await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector });
  },

  async exec(namespace) {
    const out = collected();
    const err = collected();
    const status = await new Promise((resolve, reject) => {
      const command = ['sh', '-c', 'echo out; echo err >&2; exit 3'];
      new Exec(config).exec(namespace, 'web', 'web', command, out, err, null, false, resolve).catch(reject);
    });
    console.log(out.text(), err.text(), status.status, status.details?.causes);
  },

  async logs(namespace) {
    const out = collected();
    await new Log(config).log(namespace, 'lines', 'lines', out, { tailLines: 2 });
    await new Promise((resolve) => out.once('finish', resolve));
    console.log(out.text());
  },

  async errors(namespace) {
    const attempts = [
      () => core.readNamespacedConfigMap({ name: 'missing', namespace }),
      () => core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'Not_A_Name' } } }),
      () => core.readNode({ name: 'system:node:none' }),
    ];
    for (const attempt of attempts) {
      const error = await attempt().catch((thrown) => thrown);
      if (!(error instanceof ApiException)) throw error;
      console.log(error.code, JSON.parse(error.body).message);
    }
  },
};

function collected() {
  const chunks = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return Object.assign(stream, { text: () => Buffer.concat(chunks).toString().trim() });
}

const [command, namespace] = process.argv.slice(2);
if (commands[command] === undefined || namespace === undefined) {
  console.error('usage: client.js objects|watch|exec|logs|errors NAMESPACE');
  process.exit(2);
}
await commands[command](namespace);
process.exit(0);
