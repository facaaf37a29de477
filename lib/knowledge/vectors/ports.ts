/** A passage's vector in one byte a dimension. */
interface KeptVector {
  /** Of the passage. */
  readonly id: string;
  readonly vector: Int8Array;
}

/** Vectors by model. Every method @throws Problem `service-unavailable`. */
export interface VectorStore {
  write(model: string, documentId: string, vectors: readonly KeptVector[]): Promise<void>;
  read(model: string, ids: readonly string[]): Promise<KeptVector[]>;
  /** Those of all models. */
  remove(documentId: string): Promise<void>;
}
