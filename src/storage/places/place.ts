/** Where files of a journal are copied. */
export interface Place {
  /** Puts the file there under its name, in the place of what has it; on its disk when it resolves. `until`: it may not be removed before. @throws {Error} */
  put(name: string, path: string, until: number): Promise<void>;
  /** What has this name is not found there any more; nothing where nothing has it. @throws {Error} */
  remove(name: string): Promise<void>;
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
