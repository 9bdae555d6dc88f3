/** A name that only a file which a file imports holds. */
export const loin = 'nommee-loin';
