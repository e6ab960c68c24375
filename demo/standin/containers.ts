/** The toy containers of the pods that run: for each a file system, an environment and a log. */

import { Log } from './logs.ts';
import { type JsonObject, type KubeObject, listAt, textAt } from './object.ts';
import { Files } from './shell/files.ts';
import type { Machine } from './shell/shell.ts';

export interface Container {
  readonly machine: Machine;
  readonly log: Log;
  /** Aborted when the pod goes: what runs in it ends. */
  readonly stopped: AbortController;
}

export class Containers {
  readonly #running = new Map<string, Container>();
  readonly #nowMs: () => number;
  readonly #referred: Referred;

  /** `referred` reads what an environment variable refers to. */
  constructor(nowMs: () => number, referred: Referred) {
    this.#nowMs = nowMs;
    this.#referred = referred;
  }

  /** The container of a pod; made at first asking. */
  get(pod: KubeObject, spec: JsonObject): Container {
    const key = `${pod.metadata.uid}/${textAt(spec, 'name')}`;
    const found = this.#running.get(key);
    if (found !== undefined) return found;
    const made = { machine: this.#machine(pod, spec), log: new Log(), stopped: new AbortController() };
    this.#running.set(key, made);
    return made;
  }

  /** Ends all that runs in a pod. */
  stop(uid: string): void {
    for (const [key, container] of this.#running) {
      if (!key.startsWith(`${uid}/`)) continue;
      container.stopped.abort();
      container.log.end();
      this.#running.delete(key);
    }
  }

  stopAll(): void {
    for (const key of [...this.#running.keys()]) this.stop(key.split('/')[0] ?? '');
  }

  #machine(pod: KubeObject, spec: JsonObject): Machine {
    const { name = '', namespace = '' } = pod.metadata;
    const environment = new Map([
      ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ['HOSTNAME', name],
      ['HOME', '/root'],
    ]);
    for (const variable of listAt(spec, 'env'))
      environment.set(textAt(variable, 'name'), this.#referred(variable, namespace));
    const files = new Files({
      '/etc/hostname': `${name}\n`,
      '/etc/os-release': 'NAME="a toy container"\nID=toy\n',
      '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
      '/var/run/secrets/kubernetes.io/serviceaccount/namespace': namespace,
    });
    return { files, environment, nowMs: this.#nowMs, folder: textAt(spec, 'workingDir') || '/' };
  }
}

export type Referred = (variable: JsonObject, namespace: string) => string;
