const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * A credential's value on its way from a backend to the service. It prints as a placeholder in String, JSON and
 * util.inspect. `reveal()` is called only in scheme/, redact/ and execute/. The bytes belong to the Secret: whoever reveals
 * them does not change or keep them; `wipe()` overwrites them with zeros once the run is over.
 */
export class Secret {
  readonly #bytes: Uint8Array;

  /** @param name the credential's name, which is public; @param bytes the value, whose ownership passes to the Secret. */
  constructor(
    readonly name: string,
    bytes: Uint8Array,
  ) {
    this.#bytes = bytes;
  }

  /** The value's length in bytes, which is not secret enough to hide from checks on size. */
  get size(): number {
    return this.#bytes.length;
  }

  /** The value. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  /** Overwrites the value with zeros. Copies that V8 or a stream made are out of reach. */
  wipe(): void {
    this.#bytes.fill(0);
  }

  toString(): string {
    return `[secret:${this.name}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [INSPECT](): string {
    return this.toString();
  }
}
