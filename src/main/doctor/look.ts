/* What `sallyport doctor` looks at: each part by itself and all at once, so that one that hangs or fails hides no other. Nothing is made, locked or changed. */
import type { Check, CheckArea } from '../../cli/doctor/check.ts';
import { fault } from '../../cli/doctor/check.ts';
import type { DoctorPorts } from '../../cli/doctor/doctor.ts';
import type { Config } from '../../config/load.ts';
import { systemClock } from '../../std/clock.ts';
import { certificateChecks } from './certificate-checks.ts';
import { fileChecks } from './file-checks.ts';
import { issuerChecks } from './issuer-checks.ts';
import { journalChecks } from './journal-checks.ts';
import { policyChecks } from './policy-checks.ts';
import { portChecks } from './port-checks.ts';
import { processChecks } from './process-checks.ts';
import { storeChecks } from './store-checks.ts';
import { targetChecks } from './target-checks.ts';

type Look = (config: Config, clock: typeof systemClock) => Promise<readonly Check[]>;

const LOOKS: readonly { readonly area: CheckArea; readonly look: Look; readonly isFar?: true }[] = [
  { area: 'policy', look: policyChecks },
  { area: 'process', look: processChecks },
  { area: 'files', look: fileChecks },
  { area: 'certificate', look: certificateChecks },
  { area: 'journal', look: journalChecks },
  { area: 'store', look: storeChecks },
  { area: 'ports', look: portChecks },
  { area: 'issuer', look: issuerChecks, isFar: true },
  { area: 'target', look: targetChecks, isFar: true },
];

/** What `sallyport doctor` needs of the gateway. */
export const doctorPorts: DoctorPorts = {
  async look(config, { isOffline }) {
    const near = config.store?.postgres === undefined ? LOOKS : LOOKS.filter(({ area }) => area !== 'store');
    const looks = isOffline ? near.filter(({ isFar }) => isFar === undefined) : LOOKS;
    const found = await Promise.all(
      looks.map(({ area, look }) =>
        look(config, systemClock).catch((error: unknown) => [
          fault(area, '', `it could not be looked at: ${error instanceof Error ? error.message : String(error)}`, ''),
        ]),
      ),
    );
    return found.flat();
  },
};
