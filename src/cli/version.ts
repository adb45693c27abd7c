// The version of the package, put in by the build.
declare const EMEND_VERSION: string;

export const version: string = EMEND_VERSION;
