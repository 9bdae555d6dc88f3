import { aclDocument, readAcl } from './acl.ts';
import { bucketOf, type Call, type Reply, versionHeader, versionIdOf } from './call.ts';
import { S3Error } from './error.ts';
import { type ObjectSettings, type StoredObject, selectObject, withChangedVersion } from './model.ts';
import { checkedTags } from './object-settings.ts';
import { branch, childElements, childText, leaf, parseXml, xmlDocument } from './xml.ts';

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
  const tags = Object.entries(object.tags).map(([name, value]) => {
    return branch('Tag', [leaf('Key', name), leaf('Value', value)]);
  });
  return {
    status: 200,
    headers: headersOf(call, object),
    xml: xmlDocument('Tagging', [branch('TagSet', tags)]),
  };
}

/** PutObjectTagging: replaces all tags; throws `InvalidTag` beyond the limits. */
export function putObjectTagging(call: Call): Promise<Reply> {
  const sets = childElements(parseXml(call.text, 'Tagging'), 'TagSet');
  const tags = sets.flatMap(set => childElements(set, 'Tag')).map(tag => readTag(tag));
  return changeSettings(call, { tags: checkedTags(tags) });
}

/** DeleteObjectTagging. */
export async function deleteObjectTagging(call: Call): Promise<Reply> {
  return { ...(await changeSettings(call, { tags: {} })), status: 204 };
}

function readTag(tag: Parameters<typeof childText>[0]): readonly [string, string] {
  const [name, value] = [childText(tag, 'Key'), childText(tag, 'Value')];
  if (name === undefined || value === undefined) throw new S3Error('MalformedXML');
  return [name, value];
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
