import type { Lang } from '../../diagnostic.ts';
import type { S3Resource } from '../resources.ts';

/** What the record says of a bucket, in the words of one language. */
interface Words {
  readonly objects: (count: number) => string;
  readonly versions: (count: number) => string;
  readonly bucket: (name: string) => string;
}

const words: Readonly<Record<Lang, Words>> = {
  fr: {
    objects: count => `${count} objets`,
    versions: count => `${count} versions d’objets`,
    bucket: name => `bucket « ${name} »`,
  },
  en: {
    objects: count => `${count} objects`,
    versions: count => `${count} versions of objects`,
    bucket: name => `bucket “${name}”`,
  },
};

/** The words of the runbook's language. */
export function wordsOf({ lang = 'fr' }: S3Resource): Words {
  return words[lang];
}
