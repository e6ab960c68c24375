import { clusterAvailability } from '../support/cluster.ts';
import { administeredCluster } from '../support/cluster-administrator.ts';
import { heldSeveralSuite } from '../support/held-several-suite.ts';
import { leftOut } from '../support/left-out.ts';

const { controlPlane, why } = clusterAvailability();
if (controlPlane) heldSeveralSuite('on a real API server', administeredCluster);
else leftOut('held requests before several gateways, on a real API server', why.join('; '));
