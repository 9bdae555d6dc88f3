import { type Call, type Reply, versionIdOf } from './call.ts';
import { S3Error } from './error.ts';
import { type DeleteMarker, versionIdFor, withoutVersion, withVersion } from './model.ts';
import { checkKey } from './names.ts';
import { hasIntegrityHeader } from './payload.ts';
import { branch, childElements, childText, type Element, leaf, parseXml, xmlDocument } from './xml.ts';

/** DeleteObjects takes 1000 keys at most (Amazon S3 API reference). */
const mostKeys = 1000;

interface Deletion {
  readonly key: string;
  readonly versionId: string | undefined;
}

/** What was done: a marker was added or removed, or (no marker) a version was removed or nothing was there. */
interface DeletionOutcome {
  readonly versionId: string | undefined;
  readonly deleteMarker: boolean;
}

/** DeleteObject: adds a marker, or removes one version for good when its id is given. */
export async function deleteObject(call: Call): Promise<Reply> {
  const deletion = { key: call.request.key, versionId: versionIdOf(call) };
  const { versionId, deleteMarker } = await performDeletion(call, deletion);
  const headers: Record<string, string> = {};
  if (versionId !== undefined) headers['x-amz-version-id'] = versionId;
  if (deleteMarker) headers['x-amz-delete-marker'] = 'true';
  return { status: 204, headers };
}

/** DeleteObjects: up to 1000 keys, each with its own result; throws `MalformedXML` beyond. */
export async function deleteObjects(call: Call): Promise<Reply> {
  if (!hasIntegrityHeader(call.request)) {
    throw new S3Error('InvalidRequest', { message: 'Missing required header for this request: Content-MD5' });
  }
  call.store.bucket(call.request.bucket);
  const root = parseXml(call.text, 'Delete');
  const deletions = childElements(root, 'Object').map(readDeletion);
  if (deletions.length === 0 || deletions.length > mostKeys) throw new S3Error('MalformedXML');
  const quiet = childText(root, 'Quiet') === 'true';
  const results: string[] = [];
  for (const deletion of deletions) results.push(await deletionResult(call, deletion, quiet));
  return { status: 200, xml: xmlDocument('DeleteResult', results) };
}

function readDeletion(element: Element): Deletion {
  const key = childText(element, 'Key');
  if (key === undefined || key === '') throw new S3Error('MalformedXML');
  // A deletion that was asked for under a condition must not happen without it.
  if (['ETag', 'LastModifiedTime', 'Size'].some(name => name in element)) throw new S3Error('NotImplemented');
  return { key, versionId: childText(element, 'VersionId') };
}

async function deletionResult(call: Call, deletion: Deletion, quiet: boolean): Promise<string> {
  const asked = [leaf('Key', deletion.key), ...optional('VersionId', deletion.versionId)];
  try {
    checkKey(deletion.key);
    const { versionId, deleteMarker } = await performDeletion(call, deletion);
    if (quiet) return '';
    const marker = deleteMarker
      ? [leaf('DeleteMarker', true), ...optional('DeleteMarkerVersionId', versionId)]
      : [];
    return branch('Deleted', [...asked, ...marker]);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return branch('Error', [...asked, leaf('Code', error.code), leaf('Message', error.message)]);
  }
}

function optional(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [leaf(name, value)];
}

async function performDeletion(call: Call, { key, versionId }: Deletion): Promise<DeletionOutcome> {
  const { store, request } = call;
  const { versioning } = store.bucket(request.bucket);
  if (versionId !== undefined) {
    let deleteMarker = false;
    await store.changeVersions(request.bucket, key, versions => {
      deleteMarker = versions.some(one => one.versionId === versionId && one.kind === 'delete-marker');
      return withoutVersion(versions, versionId);
    });
    return { versionId, deleteMarker };
  }
  if (versioning === 'Unversioned') {
    await store.changeVersions(request.bucket, key, versions => withoutVersion(versions, 'null'));
    return { versionId: undefined, deleteMarker: false };
  }
  const { sequence, fresh } = store.nextVersion();
  const marker: DeleteMarker = {
    kind: 'delete-marker',
    sequence,
    versionId: versionIdFor(versioning, fresh),
    lastModified: call.now.toISOString(),
  };
  await store.changeVersions(request.bucket, key, versions => withVersion(versions, marker));
  return { versionId: marker.versionId, deleteMarker: true };
}
