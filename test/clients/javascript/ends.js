// What @kubernetes/client-node makes of the end of each stream: node ends.js NAMESPACE
// Every stream is followed as people write it, and each line that is printed names it: `exec: started`, and then what came of it.

import { PassThrough, Writable } from 'node:stream';
import { Attach, CoreV1Api, Exec, KubeConfig, Log, makeInformer, PortForward, Watch } from '@kubernetes/client-node';

const [namespace] = process.argv.slice(2);
const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const labelSelector = 'watched=yes';
const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
const say = (kind, ...words) => console.log(`${kind}:`, ...words);
const told = (error) => `${error?.name}: ${String(error?.message).split('\n')[0]}`;

/** Takes what comes, and says once that something came. */
function taking(kind) {
  let isStarted = false;
  return new Writable({
    write(_chunk, _encoding, done) {
      if (!isStarted) say(kind, 'started');
      isStarted = true;
      done();
    },
  });
}

/** What becomes of a stream in a socket of its own. */
function ends(kind, socket) {
  let status;
  socket.on('close', (code, reason) => {
    say(kind, `status ${status ?? 'none'}, close ${code} ${reason}`);
    say(kind, 'over');
  });
  return (given) => {
    status = `${given.status} ${given.reason}: ${given.message}`;
  };
}

const kinds = {
  async exec() {
    let ended = () => {};
    const command = ['sh', '-c', 'while true; do echo tick; sleep 1; done'];
    const exec = new Exec(config).exec(
      namespace,
      'ticks',
      'ticks',
      command,
      taking('exec'),
      null,
      null,
      false,
      (status) => ended(status),
    );
    ended = ends('exec', await exec);
  },

  async attach() {
    const socket = await new Attach(config).attach(namespace, 'ticks', 'ticks', taking('attach'), null, null, false);
    ends('attach', socket);
  },

  async log() {
    const out = taking('log');
    out.on('finish', () => say('log', 'the stream ends as a log does'));
    out.on('close', () => say('log', 'over'));
    await new Log(config).log(namespace, 'ticks', 'ticks', out, { follow: true });
  },

  async watch() {
    const watch = new Watch(config);
    watch.requestTimeoutMs = 3_600_000; // it gives a watch up by itself that was silent for so long, and that is 30 s
    await watch.watch(
      configMaps,
      { labelSelector },
      (type, object) =>
        say(
          'watch',
          type === 'ERROR' ? `told ERROR ${object.code}: ${object.message}` : `told ${object.metadata.name}`,
        ),
      (error) => {
        say('watch', error === null || error === undefined ? 'done without an error' : `done with ${told(error)}`);
        say('watch', 'over');
      },
    );
  },

  async informer() {
    const list = () => core.listNamespacedConfigMap({ namespace, labelSelector });
    const informer = makeInformer(config, configMaps, list, labelSelector);
    informer.on('add', (object) => say('informer', 'told', object.metadata.name));
    informer.on('error', (error) => say('informer', 'error event,', told(error)));
    await informer.start();
  },

  async forward() {
    const input = new PassThrough();
    const socket = await new PortForward(config).portForward(
      namespace,
      'ticks',
      [7777],
      taking('forward'),
      taking('error'),
      input,
    );
    ends('forward', socket);
  },
};

// Nobody listens for the errors of what `Log` pipes.
process.on('uncaughtException', (error) => {
  say('log', 'the program ends by an error that nobody catches,', told(error));
  say('log', 'over');
});
for (const [kind, follow] of Object.entries(kinds)) {
  follow().catch((error) => {
    say(kind, 'rejects,', told(error));
    say(kind, 'over');
  });
}
process.stdin.resume().on('end', () => process.exit(0));
