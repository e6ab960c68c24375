import type { Connector, Probe } from '../connectors/connector.ts';
import { refusalReply } from '../connectors/kubernetes/status.ts';
import { Refusal } from '../model/refusal.ts';

/** What a request without a target meets on the data path: its caller is authenticated like any other, and then told that there is nothing here. */
export const noTarget: Connector = {
  async parse() {
    throw new Refusal('TARGET_UNKNOWN', 'no target is reached by this path, host name or port', {
      advice: 'use the server URL that `sallyport kubeconfig` writes: `https://GATEWAY/k8s/TARGET`',
    });
  },
  async amend() {
    throw new Error('a request without a target was amended');
  },
  async pin() {
    throw new Error('a request without a target was held to a version');
  },
  isConflict: () => false,
  async forward() {
    throw new Error('a request without a target was permitted');
  },
  refuse: refusalReply,
};

/** Nothing is there to be looked up. */
export const noProbe: Probe = {
  existing: async () => 'unknown',
  result: async () => 'unknown',
  pod: async () => 'unknown',
  namespaceLabels: async () => 'unknown',
  services: async () => 'unknown',
};
