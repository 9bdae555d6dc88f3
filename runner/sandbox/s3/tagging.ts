import { S3Error } from './error.ts';
import { checkedTags } from './object-settings.ts';
import { branch, childElements, childText, leaf, parseXml, xmlDocument } from './xml.ts';

/** The `Tagging` document of a bucket or of an object (PutBucketTagging, PutObjectTagging, S3 API reference). */
export function taggingDocument(tags: Readonly<Record<string, string>>): string {
  const elements = Object.entries(tags).map(([name, value]) => {
    return branch('Tag', [leaf('Key', name), leaf('Value', value)]);
  });
  return xmlDocument('Tagging', [branch('TagSet', elements)]);
}

/** Reads one; throws `MalformedXML`, or `InvalidTag` beyond the limits. */
export function readTagging(text: string): Record<string, string> {
  const sets = childElements(parseXml(text, 'Tagging'), 'TagSet');
  return checkedTags(sets.flatMap(set => childElements(set, 'Tag')).map(tag => readTag(tag)));
}

function readTag(tag: Parameters<typeof childText>[0]): readonly [string, string] {
  const [name, value] = [childText(tag, 'Key'), childText(tag, 'Value')];
  if (name === undefined || value === undefined) throw new S3Error('MalformedXML');
  return [name, value];
}
