/** A program that speaks MCP, as a person or a developer would use it. */
export interface Client {
  readonly name: string;
  /** What is installed into its folder. */
  readonly packages: readonly string[];
  /** Which of the deployment's `connect` blocks is pasted. */
  readonly block: string;
  readonly kind:
    | {
        /** A module that exports `connect({ url, headers })` and answers `{ list, call, close }`. */
        readonly module: string;
      }
    | {
        /** A file that the block becomes, and commands to list and to call; the block itself where it is a command. */
        readonly file?: string;
        /** What else the file holds, which is JSON then. */
        readonly more?: (slug: string) => object;
        /** Shows what the client makes of the endpoint; undefined where only its model makes it connect. */
        readonly list?: (block: string, slug: string) => string;
        /** What it prints then; default: the name of the tool. */
        readonly connected?: RegExp;
        readonly call?: (block: string, slug: string) => string;
        /** Instead: lets its model, which stands at `url`, call the tool. */
        readonly ask?: (slug: string, url: string) => string;
      };
}
