/** Takes the JSON text in bytes[start, end). The bytes change once it has returned. */
export type EmitText = (bytes: Buffer, start: number, end: number) => void;

/** One record's text in; none, one or many out: a transform without its stream. No value is built for it. */
export interface RecordStep {
  /** What a pipeline file calls it. */
  readonly name: TransformName;
  /** Records that it has left out, as it was told to. */
  readonly filtered: number;
  /**
   * Gives `take` the text of each record that comes of the one in bytes[start, end), which must be one JSON text that passed
   * the check; where nothing is changed, it is those very bytes.
   *
   * @returns why the transform cannot be applied to this record, as a clause; then `take` was given nothing
   */
  apply(bytes: Buffer, start: number, end: number, emit: EmitText): string | undefined;
}

/** Every transform, by its `type` in a pipeline file. */
export type TransformName = 'filter' | 'select' | 'drop' | 'rename_field' | 'set' | 'explode';
