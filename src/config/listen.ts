import { z } from 'zod';
import { isAddressRange } from '../std/address-ranges.ts';

const addressRange = z
  .string()
  .refine(isAddressRange, 'expected an address, or a range such as `10.0.3.0/28` or `fd00::/64`');

/** `listen`: where the data path is, and whose connections are passed on to it. */
export const listen = z
  .strictObject({
    address: z.string().default('127.0.0.1').describe('Address that the data path listens on; `0.0.0.0` for all.'),
    port: z
      .int('expected a port number')
      .min(0, 'expected a port from 0 to 65535')
      .max(65535, 'expected a port from 0 to 65535')
      .default(8443)
      .describe('Port of the data path; 0 picks a free one.'),
    proxyProtocol: z
      .strictObject({
        from: z
          .array(addressRange)
          .min(1, 'expected at least one address or range')
          .describe(
            'Load balancers that pass TLS or TCP through: addresses or ranges such as `10.0.3.0/28`. Each of their connections must begin with a PROXY header of version 2; from nobody else is one taken.',
          ),
      })
      .optional()
      .describe(
        'Whose word is taken for the address of a caller, in log, journal and bounds; absent: nobody’s, and it is the other end of the connection. Holds for the ports of targets too.',
      ),
  })
  .prefault({});
