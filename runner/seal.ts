/*
 * The end of the operator's act. In: the bundle of a closed run and its signer. Out: transcripts, statement, seal and
 * `verify.sh` in the bundle. Everything is made from what lies on disk, never from memory, so that what is signed is what
 * an auditor will read. Sealing again after a crash makes the same files.
 */
import { type Bundle, listBundle, readDocument, removeRemains, writeDocument } from './effects/bundle.ts';
import type { Signer } from './effects/signer.ts';
import { Fault } from './fault.ts';
import { readJournal } from './journal/chain.ts';
import { illegalJournal } from './replay.ts';
import { sourcesOf } from './seal/layers.ts';
import { allowedSignersLine, LAYOUT, sealPath } from './seal/layout.ts';
import { buildStatement, type Statement, signerOf, writeStatement } from './seal/statement.ts';
import { VERIFY_SCRIPT } from './seal/verify-script.ts';
import { stages as ownStages, type RunRecord, type Stages } from './stages.ts';

/**
 * Renders, states and signs a closed run. Faults: `signer-not-recorded` for another key than the journal's, `journal-corrupt`,
 * `journal-illegal` for one that no run can have written, `source-unreadable`, `bundle-write-failed`, those of the
 * signer and of the renderer; the journal is never touched. The run must be closed.
 */
export async function sealBundle(
  bundle: Bundle,
  signer: Signer,
  stages: Stages = ownStages,
): Promise<Statement> {
  const { record, head } = readRecord(bundle);
  refuseOtherKey(signerOf(record.entries), signer);
  const { requiredSigners, illegality } = stages.replay(record);
  if (illegality !== undefined) throw illegalJournal(illegality);
  writeTranscripts(bundle, stages.render(record));
  removeRemains(bundle);
  const { digests } = listBundle(bundle);
  const { renderer } = stages;
  const statement = buildStatement({ entries: record.entries, head, digests, requiredSigners, renderer });
  const signed = writeStatement(statement);
  const seal = await signer.sign(Buffer.from(signed));
  writeDocument(bundle, LAYOUT.allowedSigners, recordedSigners(signer));
  writeDocument(bundle, sealPath(signer.principal), seal);
  // The statement comes last: where there is one, the bundle is sealed.
  writeDocument(bundle, LAYOUT.statement, signed);
  return statement;
}

/** Refuses to seal with another key than the one that the journal records. Throws the fault `signer-not-recorded`. */
export function refuseOtherKey(recorded: ReturnType<typeof signerOf>, signer: Signer): void {
  if (recorded?.principal === signer.principal && recorded.publicKey === signer.publicKey) return;
  throw new Fault(
    'signer-not-recorded',
    { principal: signer.principal, recorded: recorded?.principal ?? '' },
    'recorded',
  );
}

/** What the transcripts of a bundle are rendered from. Faults: `journal-corrupt`, `source-unreadable`. */
export function runRecordOf(bundle: Bundle): RunRecord {
  return readRecord(bundle).record;
}

function readRecord(bundle: Bundle): { readonly record: RunRecord; readonly head: string } {
  const { entries, head, problem } = readJournal(readDocument(bundle, LAYOUT.journal) ?? Buffer.alloc(0));
  if (problem !== undefined) {
    const { line, code } = problem;
    throw new Fault('journal-corrupt', { path: LAYOUT.journal, line, problem: code }, 'recorded');
  }
  const file = sourcesOf(entries).find(source => source.role === 'runbook')?.path ?? '';
  const source = readDocument(bundle, `${LAYOUT.source}/${file}`);
  if (source === undefined) throw new Fault('source-unreadable', { path: file, error: 'ENOENT' }, 'recorded');
  return { record: { source: source.toString(), file, entries }, head };
}

function writeTranscripts(bundle: Bundle, transcript: ReturnType<Stages['render']>): void {
  writeDocument(bundle, LAYOUT.markdown, transcript.markdown);
  writeDocument(bundle, LAYOUT.html, transcript.html);
  writeDocument(bundle, LAYOUT.json, transcript.json);
  writeDocument(bundle, LAYOUT.verifyScript, VERIFY_SCRIPT);
}

function recordedSigners(signer: Signer): string {
  const line = allowedSignersLine(signer.principal, signer.publicKey) ?? '';
  return `# Keys as the run recorded them. Alone they prove nothing: whom to trust must come from elsewhere.\n${line}`;
}
