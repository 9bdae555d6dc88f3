/** What tells the platform's private network from this machine: databases of applications open to it alone. */

/**
 * The address from which the gateway and the applications come to the databases. Linux has all of 127/8 on its loopback;
 * elsewhere (macOS) there is one address, and a database is then told from the rest by its port and password only.
 */
export const insideAddress = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1';

/** The group of the roles that come from inside only: owners and readers of the applications' databases. */
export const insideRole = 'behind_gateway';

/** `pg_hba.conf`: a role of the group is refused from any other address than the inside one, whatever its password. */
export function accessRules(inside = insideAddress): string {
  const outside = '127.0.0.1';
  const rules = [
    ...(inside === outside ? [] : [`host all +${insideRole} ${outside}/32 reject`]),
    `host all all ${outside}/32 scram-sha-256`,
    ...(inside === outside ? [] : [`host all all ${inside}/32 scram-sha-256`]),
  ];
  return `${rules.join('\n')}\n`;
}
