import { clusterAvailability } from '../support/cluster.ts';
import { administeredCluster } from '../support/cluster-administrator.ts';
import { leftOut } from '../support/left-out.ts';
import { raceSuite } from '../support/race-suite.ts';

const { controlPlane, why } = clusterAvailability();
if (controlPlane) raceSuite('on a real API server', administeredCluster, { hasDebug: true });
else leftOut('requests that race with another writer, on a real API server', why.join('; '));
