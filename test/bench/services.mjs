// What restorations cost beside the tools that one would use by hand, on the sandbox's own servers.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { interleave, runNode, runProgram } from './measure.mjs';
import { heading, row } from './report.mjs';

const OBJECTS = 5000;
const MEGABYTES = 500;

/** Any key does: the server is this bench's own. */
const keys = { AWS_ACCESS_KEY_ID: 'SCWBANC0000000000000', AWS_SECRET_ACCESS_KEY: 'banc-00000000-0000' };

/** 5,000 objects restored into an empty bucket, over `rclone copy` and `aws s3 cp --recursive` as they come. */
export function files({ print, programs, folder }) {
  const source = join(folder, 'objets');
  const bytes = writeObjects(source);
  const program = join(programs, 's3.cjs');
  // Syncing costs nothing in memory: what is compared is the clients, and not this machine's disk.
  const store = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : folder, 'reprise-bench-'));
  const server = start(program, ['serve', store, join(folder, 's3-url')], join(folder, 's3-url'));
  try {
    const url = server.answer;
    let serial = 0;
    const into = upload => () => {
      const bucket = `banc-${serial++}`;
      runNode([program, 'make', url, bucket], { env: keys });
      const measure = upload(bucket);
      const held = runNode([program, 'remove', url, bucket], { env: keys }).answer.trim();
      if (held !== `${OBJECTS} ${bytes}`)
        throw new Error(`${bucket} holds ${held} instead of ${bytes} bytes`);
      return measure;
    };
    const contenders = {
      ours: into(bucket => runNode([program, 'upload', url, bucket, source], { env: keys })),
      ...present(print, {
        rclone: into(bucket =>
          runProgram('rclone', ['--config=', 'copy', source, `banc:${bucket}`], { env: rclone(url) }),
        ),
        aws: into(bucket =>
          runProgram('aws', ['s3', 'cp', '--quiet', '--recursive', source, `s3://${bucket}`], {
            env: aws(url),
          }),
        ),
      }),
    };
    const measured = interleave(5, contenders);
    const { ours, rclone: first, aws: second } = measured.results;
    heading(print, 'files', `${OBJECTS} objects, ${(bytes / 1e6).toFixed(0)} MB, whole processes`, measured);
    if (first) row(print, 'wall over rclone copy', ours, first, { aim: 0.92 });
    if (second) row(print, 'wall over aws s3 cp --recursive', ours, second, { aim: 0.45 });
  } finally {
    server.stop();
    rmSync(store, { recursive: true, force: true });
  }
}

function rclone(endpoint) {
  const settings = {
    TYPE: 's3',
    PROVIDER: 'Other',
    ENDPOINT: endpoint,
    REGION: 'fr-par',
    ACCESS_KEY_ID: keys.AWS_ACCESS_KEY_ID,
    SECRET_ACCESS_KEY: keys.AWS_SECRET_ACCESS_KEY,
  };
  const named = Object.entries(settings).map(([name, value]) => [`RCLONE_CONFIG_BANC_${name}`, value]);
  // Version 1.60 stops at a bundle of certificates that the machine declares, even over HTTP.
  return { ...Object.fromEntries(named), AWS_CA_BUNDLE: '' };
}

function aws(endpoint) {
  return {
    ...keys,
    AWS_ENDPOINT_URL: endpoint,
    AWS_DEFAULT_REGION: 'fr-par',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CA_BUNDLE: '',
    AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
  };
}

/** Files of 10 to 200 kB that do not compress, the same each time; gives their bytes in all. */
function writeObjects(source) {
  let bytes = 0;
  const noise = Buffer.concat(
    Array.from({ length: 7000 }, (_, index) => createHash('sha256').update(`${index}`).digest()),
  );
  for (let index = 0; index < OBJECTS; index++) {
    const size = 10_000 + ((index * 7919) % 190_001);
    const place = join(source, `conventions/${index % 250}`);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `${index}.pdf`), noise.subarray(index % 20_000, (index % 20_000) + size));
    bytes += size;
  }
  return bytes;
}

/** A database restored as a cell does, over bare `pg_restore` through the same tunnel. */
export function database({ print, programs, folder }) {
  const program = join(programs, 'database.cjs');
  const place = mkdtempSync(join(folder, 'base-'));
  const file = join(place, 'serveur.json');
  const server = start(program, ['serve', place, file, String(MEGABYTES)], file);
  try {
    const { url, dump } = JSON.parse(server.answer);
    const rows = [];
    const into = restored => () => {
      const target = runNode([program, 'fresh', url]).answer;
      const measure = restored(target);
      rows.push(runNode([program, 'count', target]).answer);
      if (new Set(rows).size > 1) throw new Error(`rows differ: ${rows.join(' ')}`);
      return measure;
    };
    const bare = (flags, exit) =>
      into(target => runProgram('pg_restore', [...flags, `--dbname=${target}`, dump], { exit }));
    const parallel = Math.min(4, Math.max(2, availableParallelism()));
    const same = '--clean --if-exists --no-owner --no-privileges --no-comments --verbose'.split(' ');
    const measured = interleave(5, {
      // The cell's own time: the kernel that runs it is there already.
      ours: into(target => ({ wall: Number(runNode([program, 'restore', target, dump]).answer) })),
      same: bare([...same, `--jobs=${parallel}`]),
      // On an empty database each DROP of the plan's own command fails: it ends with 1, with all rows there.
      plan: bare('--clean --no-acl --no-owner --no-privileges'.split(' '), 1),
    });
    const { ours, same: command, plan } = measured.results;
    const size = (statSync(dump).size / 1e6).toFixed(0);
    heading(
      print,
      'database',
      `about ${MEGABYTES} MB (dump of ${size} MB), through one SSH tunnel`,
      measured,
    );
    row(print, 'restore over the same pg_restore', ours, command, { aim: 1.02 });
    row(print, 'restore over the plan’s pg_restore', ours, plan, { aim: 0.7 });
  } finally {
    server.stop();
  }
}

/** The contenders that this machine has; the others are said to be absent. */
function present(print, contenders) {
  const found = Object.entries(contenders).filter(([name]) => {
    const there = spawnSync(name, ['--version']).status === 0;
    if (!there) print(`\n${name} is not installed: left out`);
    return there;
  });
  return Object.fromEntries(found);
}

/** Starts a server of this bench that writes `file` when it is ready, removes it at its end, and ends with this process. */
function start(program, args, file) {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, ...keys },
  });
  waitFor(() => existsSync(file));
  const stop = () => {
    process.kill(child.pid, 'SIGTERM');
    waitFor(() => !existsSync(file));
  };
  return { answer: readFileSync(file, 'utf8'), stop };
}

/** Waits five minutes at most, without letting anything else of this process run. */
function waitFor(ready) {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let tenths = 0; !ready(); tenths++) {
    if (tenths > 3000) throw new Error('a server of the bench did not start, or did not end');
    Atomics.wait(pause, 0, 0, 100);
  }
}
