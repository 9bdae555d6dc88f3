/** Its types do not agree, two files away from the document. */
export const profond: number = 'trois';
