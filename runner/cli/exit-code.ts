/** What the process says when it ends; documented in `docs/journal.md` and in the README, and never renumbered. */
export const exitCode = {
  success: 0,
  /** A step failed and the run waits for a decision. */
  failedStep: 1,
  /** The document, the command line, an answer or the situation was refused; nothing was done. */
  refused: 2,
  /** The run is paused, at the operator's word or for want of an answer. */
  paused: 3,
  /** A step is in doubt: it started and its outcome is not known. */
  doubt: 4,
  /** The bundle is not what was signed. */
  tampered: 5,
  /** The bundle is whole, but its signer could not be vouched for. */
  signerNotVerified: 6,
  /** The bundle is whole and proves nothing: it was signed by a sandbox's ephemeral key. */
  notProbative: 7,
  /** The bundle is whole, but a seal that it must bear is missing. */
  incomplete: 8,
  /** The bundle holds, but another version of the renderer made its transcripts, which were not compared. */
  notComparable: 9,
  /** A bug of Reprise. */
  bug: 70,
} as const;

/** One of the documented exit codes. */
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
