import { type Call, headerAmong } from './call.ts';
import { S3Error } from './error.ts';
import { type CannedAcl, cannedAcls } from './model.ts';
import { branch, childElements, childText, leaf, parseXml, xmlDocument } from './xml.ts';

const everybody = 'http://acs.amazonaws.com/groups/global/AllUsers';
const anySigner = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers';
const instance = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const owner = leaf('ID', 'sandbox') + leaf('DisplayName', 'sandbox');

/** An ACL as the grants that a canned name stands for ("Canned ACL", Amazon S3 user guide). */
export function aclDocument(acl: CannedAcl): string {
  const ours = `<Grantee ${instance} xsi:type="CanonicalUser">${owner}</Grantee>`;
  const grants = [branch('Grant', [ours, leaf('Permission', 'FULL_CONTROL')])];
  const group = acl === 'public-read' ? everybody : acl === 'authenticated-read' ? anySigner : undefined;
  if (group !== undefined) {
    const grantee = `<Grantee ${instance} xsi:type="Group">${leaf('URI', group)}</Grantee>`;
    grants.push(branch('Grant', [grantee, leaf('Permission', 'READ')]));
  }
  return xmlDocument('AccessControlPolicy', [branch('Owner', [owner]), branch('AccessControlList', grants)]);
}

/** The ACL that a call sets: a canned header, or a document whose grants one canned name stands for. */
export function readAcl({ request, text }: Call): CannedAcl {
  const canned = headerAmong(request, 'x-amz-acl', cannedAcls);
  if (canned !== undefined) return canned;
  const [list = {}] = childElements(parseXml(text, 'AccessControlPolicy'), 'AccessControlList');
  const groups = childElements(list, 'Grant').flatMap(grant => {
    const [grantee = {}] = childElements(grant, 'Grantee');
    const uri = childText(grantee, 'URI');
    return uri === undefined ? [] : [`${childText(grant, 'Permission')} ${uri}`];
  });
  if (groups.length === 0) return 'private';
  if (groups.length > 1) throw new S3Error('NotImplemented');
  if (groups[0] === `READ ${everybody}`) return 'public-read';
  if (groups[0] === `READ ${anySigner}`) return 'authenticated-read';
  throw new S3Error('NotImplemented');
}
