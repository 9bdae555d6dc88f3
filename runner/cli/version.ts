declare const REPRISE_VERSION: string | undefined;

/** The version of this programme, put in by the build. */
export const version: string = typeof REPRISE_VERSION === 'string' ? REPRISE_VERSION : '0.0.0-source';
