// Loaded before the programme by the harness alone: the run's id is known beforehand, so that strace can count the calls that
// concern the run's folder, and no others.
const crypto = require('node:crypto');
const { randomBytes } = crypto;
crypto.randomBytes = (size, ...rest) =>
  size === 3 ? Buffer.from('abcdef', 'hex') : randomBytes(size, ...rest);
let instant = Date.UTC(2026, 0, 1);
Date.prototype.toISOString = () => {
  const spent = (instant++ - Date.UTC(2026, 0, 1)).toString();
  return `2026-01-01T00:00:00.${spent.padStart(3, '0')}Z`.slice(0, 24);
};
