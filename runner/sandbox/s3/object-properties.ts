import { aclDocument, readAcl } from './acl.ts';
import { bucketOf, type Call, type Reply, versionHeader, versionIdOf } from './call.ts';
import { type ObjectSettings, type StoredObject, selectObject, withChangedVersion } from './model.ts';
import { readTagging, taggingDocument } from './tagging.ts';

/** GetObjectAcl, of the latest version or of `versionId`. */
export function getObjectAcl(call: Call): Reply {
  const object = namedObject(call);
  return { status: 200, headers: headersOf(call, object), xml: aclDocument(object.acl) };
}

/** PutObjectAcl: changes who may read one version. */
export function putObjectAcl(call: Call): Promise<Reply> {
  return changeSettings(call, { acl: readAcl(call) });
}

/** GetObjectTagging. */
export function getObjectTagging(call: Call): Reply {
  const object = namedObject(call);
  return { status: 200, headers: headersOf(call, object), xml: taggingDocument(object.tags) };
}

/** PutObjectTagging: replaces all tags; throws `InvalidTag` beyond the limits. */
export function putObjectTagging(call: Call): Promise<Reply> {
  return changeSettings(call, { tags: readTagging(call.text) });
}

/** DeleteObjectTagging. */
export async function deleteObjectTagging(call: Call): Promise<Reply> {
  return { ...(await changeSettings(call, { tags: {} })), status: 204 };
}

async function changeSettings(call: Call, changed: Partial<ObjectSettings>): Promise<Reply> {
  const { store, request } = call;
  const object = namedObject(call);
  await store.changeVersions(request.bucket, request.key, versions => {
    const current = selectObject(versions, request.key, object.versionId);
    return withChangedVersion(versions, { ...current, ...changed });
  });
  return { status: 200, headers: headersOf(call, object) };
}

function namedObject(call: Call): StoredObject {
  const { store, request } = call;
  return selectObject(store.versions(request.bucket, request.key), request.key, versionIdOf(call));
}

function headersOf(call: Call, object: StoredObject): Record<string, string> {
  return versionHeader(bucketOf(call), object.versionId);
}
