/*
 * The JSON Schema of the chart's values, which Helm holds them against before anything is installed. `config` is sallyport.yaml, so its schema is the gateway's own.
 *
 * Of draft 7, which every Helm knows. Patterns that Go's regular expressions cannot say are left to the gateway.
 */
import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';

const text = z.string();
const flag = z.boolean();
const count = z.int().min(0);
const strings = z.record(z.string(), z.string());
const anything = z.record(z.string(), z.unknown());
const objects = z.array(anything);
const fileName = z.string().regex(/^[-._a-zA-Z0-9]+$/);

/** The values, but for `config`, which is the gateway’s own. */
export const valuesSchema = z.strictObject({
  image: z.strictObject({
    repository: text.min(1),
    tag: text,
    digest: text.regex(/^(sha256:[0-9a-f]{64})?$/),
    pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
  }),
  imagePullSecrets: objects,
  nameOverride: text.regex(/^([a-z]([-a-z0-9]*[a-z0-9])?)?$/).max(40),
  mode: z.enum(['statefulset', 'daemonset']),
  replicas: count,
  config: z.unknown(),
  policies: z.record(fileName, z.union([text, anything])),
  files: z.record(fileName, text),
  secrets: z.record(z.string().regex(/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/), text.min(1)),
  storeMigration: z.strictObject({ secretName: text, gatewayRole: text }),
  env: objects,
  tls: z.strictObject({
    mode: z.enum(['local', 'helm', 'certManager', 'secret']),
    secretName: text,
    helm: z.strictObject({ dnsNames: z.array(text), ipAddresses: z.array(text) }),
    certManager: z.strictObject({ issuerRef: strings, dnsNames: z.array(text), duration: text }),
  }),
  serviceAccount: z.strictObject({ create: flag, name: text, annotations: strings }),
  clusterToken: z.strictObject({ enabled: flag, expirationSeconds: z.int().min(600), audience: text }),
  rbac: z.strictObject({ mode: z.enum(['auto', 'constrained', 'legacy', 'none']) }),
  persistence: z.strictObject({
    size: text.min(1),
    storageClassName: text,
    accessModes: z.array(text).min(1),
    hostPath: text.regex(/^\//),
  }),
  resources: anything,
  terminationGracePeriodSeconds: count,
  drainSeconds: count,
  dnsPolicy: z.enum(['', 'ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']),
  dnsConfig: anything,
  hostAliases: objects,
  priorityClassName: text,
  nodeSelector: strings,
  tolerations: objects,
  affinity: anything,
  topologySpreadConstraints: objects,
  podAnnotations: strings,
  podLabels: strings,
  service: z.strictObject({
    type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']),
    port: z.int().min(1).max(65535),
    annotations: strings,
  }),
  podDisruptionBudget: z.strictObject({ enabled: flag, maxUnavailable: z.union([count, text]) }),
  networkPolicy: z.strictObject({ enabled: flag, from: objects, metricsFrom: objects, egress: objects }),
  agents: z.strictObject({ namespaces: z.array(text), podSelector: anything, egress: objects }),
  podWebhook: z.strictObject({
    enabled: flag,
    replicas: count.min(1),
    port: z.int().min(1024).max(65535),
    hostNetwork: flag,
    audience: text.min(1),
    host: text,
    gatewayCaBundle: text,
    namespaceSelector: anything,
    tls: z.strictObject({ secretName: text, caBundle: text, certManager: flag }),
    resources: anything,
  }),
  serviceMonitor: z.strictObject({ enabled: flag, interval: text, labels: strings }),
  prometheusRule: z.strictObject({ enabled: flag, labels: strings }),
  dashboard: z.strictObject({ enabled: flag, labels: strings }),
  ingress: z.strictObject({ enabled: flag, className: text, hostNames: z.array(text), annotations: strings }),
  gatewayApi: z.strictObject({ enabled: flag, apiVersion: text, hostNames: z.array(text), parentRefs: objects }),
  global: anything.optional(),
});

/** The text of `deploy/chart/values.schema.json`. */
export function chartValuesSchema(): string {
  const draft = { target: 'draft-7', io: 'input' } as const;
  const values = z.toJSONSchema(valuesSchema, draft);
  const { $schema: _, ...config } = z.toJSONSchema(configSchema, draft);
  const whole = { ...values, title: 'Values of the chart of Sallyport', properties: { ...values.properties, config } };
  return `${JSON.stringify(whole, (key, value) => (key === 'pattern' && !isOfGo(value) ? undefined : value), 2)}\n`;
}

/** Source: https://github.com/google/re2/wiki/Syntax */
function isOfGo(pattern: unknown): boolean {
  return typeof pattern === 'string' && !/\(\?[=!<]|\{\d{4,}|,\d{4,}\}/.test(pattern);
}
