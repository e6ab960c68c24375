import type { Row } from './row.ts';

/** What Helm is made to do with the chart beside this file, in order: one release from its first version to its end. */
export const helmRows: readonly Row[] = [
  { name: 'list, empty', run: 'helm list' },
  { name: 'template', run: 'helm template small chart --validate' },
  { name: 'install --dry-run', run: 'helm install small chart --dry-run=server' },
  {
    name: 'install',
    run: 'helm install small chart --wait --timeout 150s',
    stored: ['deploy,cm,svc -l app.kubernetes.io/managed-by=Helm', 'deploy/small'],
  },
  { name: 'install what is there', run: 'helm install small chart' },
  { name: 'list', run: 'helm list' },
  { name: 'list -o json', run: 'helm list -o json' },
  { name: 'status', run: 'helm status small', isUnordered: true },
  { name: 'get manifest', run: 'helm get manifest small' },
  {
    name: 'upgrade',
    run: 'helm upgrade small chart --set colour=red --wait --timeout 150s',
    stored: ['deploy/small', 'cm/small-settings'],
  },
  { name: 'upgrade that fails', run: `helm upgrade small chart --set colour=bad/label --timeout 150s` },
  { name: 'get values', run: 'helm get values small --all' },
  { name: 'history', run: 'helm history small' },
  {
    name: 'rollback',
    run: 'helm rollback small 1 --wait --timeout 150s',
    stored: ['deploy/small', 'cm/small-settings'],
  },
  { name: 'history after the rollback', run: 'helm history small' },
  { name: 'upgrade --install', run: 'helm upgrade --install other chart --set replicas=0', stored: ['deploy/other'] },
  { name: 'uninstall', run: 'helm uninstall small --wait', stored: ['deploy/small', 'cm/small-settings'] },
  { name: 'uninstall what is gone', run: 'helm uninstall small' },
];
