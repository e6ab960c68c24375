/** Where files of a journal are copied. */
export interface Place {
  /** Whether what is put there can be locked until a time. */
  readonly isLocking: boolean;
  /** Puts the file there under its name, on its disk when it resolves. `until`: it may not be removed before. False: something has that name, and stays as it is. @throws {Error} */
  create(name: string, path: string, until: number): Promise<boolean>;
  /** Puts the file in the place of what has its name. @throws {Error} */
  replace(name: string, path: string, until: number): Promise<void>;
  /** Brings what has this name into a new file. False: nothing has it. @throws {Error} */
  fetch(name: string, path: string): Promise<boolean>;
  /** What has this name is not found there any more; nothing where nothing has it. @throws {Error} */
  remove(name: string): Promise<void>;
}

/** A file that a place and the journal's folder do not agree on, or that is not copied; both stay as they are. */
export interface CopyFault {
  /** Empty: nobody knows yet where it belongs. */
  readonly place: string;
  readonly file: string;
  /** In one phrase. */
  readonly why: string;
}

/** A place as the configuration names it. */
export type PlaceConfig = { readonly name: string } & (
  | { readonly folder: string; readonly s3?: undefined }
  | { readonly folder?: undefined; readonly s3: S3Config }
);

export interface S3Config {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region?: string | undefined;
  readonly prefix?: string | undefined;
  readonly lock?: 'governance' | 'compliance' | undefined;
}
