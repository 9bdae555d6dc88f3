/*
 * A full clone, and deployment by `git push`, as the plan's manual procedure has them. In: an address or a clone, an
 * application, a revision, and the pinned SSH gateway. Out: the revision; the platform's build log streams on stdout.
 * Can never happen: a shallow clone, a push to a server that is not the pinned one, a password prompt, a hook or a
 * configuration of the operator that changes what is cloned or pushed, a failed deployment that is reported as done.
 */
import { Fault } from '../fault.ts';
import { type Cloned, type CloneOptions, clone } from './git/clone.ts';
import { checkRepository, fullRevision } from './git/repository.ts';
import { runGit } from './git/run.ts';
import { withSshCommand } from './git/ssh-command.ts';
import { type Guarded, refuseProtected } from './guard/protected.ts';
import type { SshServer } from './tunnel/connection.ts';

/**
 * Clones a repository whole and checks a revision out, detached; a clone that an earlier attempt made is taken up. Faults:
 * `git-missing`, `git-url-refused`, `git-folder-not-empty`, `git-clone-failed`, `git-shallow`, `git-revision-missing`.
 */
export function cloneRepository(options: CloneOptions): Promise<Cloned> {
  return clone(options);
}

/** What to push, from where, to which application. */
export interface PushOptions extends SshServer {
  /** Folder of a full clone. */
  readonly repository: string;
  readonly app: string;
  /** Resource or target on whose behalf the application is deployed: a drill refuses its protected names. */
  readonly guard: Guarded;
  /** Revision to deploy: a sha, a tag or a branch. */
  readonly revision: string;
  /** Remote branch: `master` unless told; Scalingo builds only it and `main`. */
  readonly branch?: 'master' | 'main';
  /** Replaces another history that was deployed before; false unless told. */
  readonly force?: boolean;
}

/** What is deployed, as JSON; `pushed` is false when the platform already had this revision, and nothing was built. */
export interface Pushed {
  readonly sha: string;
  readonly pushed: boolean;
}

/**
 * Pushes a revision and waits for its deployment. Faults: those of `openTunnel` for the connection, `git-missing`,
 * `git-repository-invalid`, `git-shallow`, `git-revision-missing`, `git-push-refused`, `git-push-failed`, `protected-name`.
 */
export async function pushToScalingo(options: PushOptions): Promise<Pushed> {
  refuseProtected(options.guard, [options.app]);
  await checkRepository(options.repository);
  const sha = await fullRevision(options.repository, options.revision);
  return withSshCommand(options, async command => {
    const refspec = `${options.force === true ? '+' : ''}${sha}:refs/heads/${options.branch ?? 'master'}`;
    // `--no-verify`: a hook of the clone has no say in a recovery.
    const args = ['push', '--no-verify', '--porcelain', remoteUrl(options), refspec];
    const ended = await runGit(options.repository, args, {
      env: { GIT_SSH_COMMAND: command, GIT_TERMINAL_PROMPT: '0' },
      onStderrLine: line => console.log(line.trimEnd()),
    });
    if (ended.exit !== 0) throw pushFault(options.app, ended);
    return { sha, pushed: !/^=\t/m.test(ended.stdout) };
  });
}

/** The address of an application's repository, in the short form that Scalingo prints when the port is SSH's own. */
export function remoteUrl({
  host,
  port = 22,
  user = 'git',
  app,
}: SshServer & { readonly app: string }): string {
  return port === 22 ? `${user}@${host}:${app}.git` : `ssh://${user}@${host}:${port}/${app}.git`;
}

function pushFault(
  app: string,
  ended: { readonly exit: number; readonly stdout: string; readonly stderr: string },
): Fault {
  const reasons = [...ended.stderr.matchAll(/^remote:\s+!\s+(\S.*?)\s*$/gm)].map(match => match[1] ?? '');
  const status = /^!\t.*\t(.*)$/m.exec(ended.stdout)?.[1] ?? '';
  if (status.includes('[remote rejected]')) {
    return new Fault('git-push-refused', { app, message: reasons.join(' ') || status });
  }
  const last = ended.stderr.trim().split('\n').at(-1) ?? '';
  // A connection that broke may have left a deployment going on.
  return new Fault(
    'git-push-failed',
    { app, exit: ended.exit, message: status || last },
    'step-may-have-run',
  );
}
