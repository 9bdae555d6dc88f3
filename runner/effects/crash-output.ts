/**
 * Forbids the diagnostic reports of Node, which hold the environment and so secrets, whatever `NODE_OPTIONS` asked for. Core
 * dumps are the watchdog's; heap snapshots cannot be forbidden from inside, and are documented.
 */
export function forbidReports(): void {
  const { report } = process;
  report.reportOnFatalError = false;
  report.reportOnSignal = false;
  report.reportOnUncaughtException = false;
}
