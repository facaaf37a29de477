/** A passage's vector in one byte a dimension. */
interface KeptVector {
  /** Of the passage. */
  readonly id: string;
  readonly vector: Int8Array;
}

/** Vectors by model. Every method @throws Problem `service-unavailable`. */
export interface VectorStore {
  /** In place of those of earlier versions of the document. They go with it. */
  write(
    model: string,
    of: { readonly id: string; readonly version: number },
    vectors: readonly KeptVector[],
  ): Promise<void>;
  read(model: string, ids: readonly string[]): Promise<KeptVector[]>;
}
