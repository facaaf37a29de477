/** What the API says of itself, made from the declarations when the functions are bundled (or found, locally). */
export interface ApiDescription {
  /** The OpenAPI 3.1 document without `servers`. */
  openapi(): Promise<Readonly<Record<string, unknown>>>;
  /** Every route, for answering 404, 405 and preflights. */
  routes(): Promise<readonly { readonly method: string; readonly path: string }[]>;
  /** A file of the documentation pages (Swagger UI, Redoc); undefined when there is none of that name. */
  docsAsset(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** A file of the console; undefined when there is none of that name. */
  consoleAsset(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}
