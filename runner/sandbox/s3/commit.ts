import type { Call } from './call.ts';
import { checkWriteConditions } from './conditions.ts';
import { type Content, type ObjectSettings, type StoredObject, versionIdFor, withVersion } from './model.ts';

/** Makes `content` the latest version of the call's key; throws away its bytes when a condition refuses it. */
export async function commitObject(
  call: Call,
  content: Content,
  settings: ObjectSettings,
): Promise<StoredObject> {
  const { store, request, now } = call;
  try {
    const { versioning } = store.bucket(request.bucket);
    const { sequence, fresh } = store.nextVersion();
    const identity = {
      sequence,
      versionId: versionIdFor(versioning, fresh),
      lastModified: now.toISOString(),
    };
    const object: StoredObject = { kind: 'object', ...identity, ...content, ...settings };
    await store.changeVersions(request.bucket, request.key, versions => {
      checkWriteConditions(request, versions);
      return withVersion(versions, object);
    });
    return object;
  } catch (error) {
    await store.bodies.remove(content.pieces);
    throw error;
  }
}
