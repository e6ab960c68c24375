/**
 * A command's exit code from the `Status` on its channel `error`: 0 where it says success; undefined where it says a failure that is no exit code, or is no `Status`
 * (before version 4 of the protocol a failure is a text).
 *
 * Source: https://github.com/kubernetes/kubelet/blob/v0.35.4/pkg/cri/streaming/remotecommand/httpstream.go, and `NonZeroExitCodeReason` in
 * https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/util/remotecommand/constants.go
 */
export function exitCode(said: Buffer): number | undefined {
  try {
    const { status, reason, details } = JSON.parse(said.toString()) as {
      status?: string;
      reason?: string;
      details?: { causes?: readonly { reason?: string; message?: string }[] };
    };
    if (status === 'Success') return 0;
    if (reason !== 'NonZeroExitCode') return undefined;
    const message = details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message ?? '';
    return /^\d{1,3}$/.test(message) ? Number(message) : undefined;
  } catch {
    return undefined;
  }
}
