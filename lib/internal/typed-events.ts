/** The listener methods of an emitter whose events are the keys of `E`, each with one object as payload. */
export interface TypedEvents<E> {
  on<K extends keyof E>(event: K, listener: (payload: E[K]) => void): this;
  once<K extends keyof E>(event: K, listener: (payload: E[K]) => void): this;
  off<K extends keyof E>(event: K, listener: (payload: E[K]) => void): this;
  addListener<K extends keyof E>(event: K, listener: (payload: E[K]) => void): this;
  removeListener<K extends keyof E>(event: K, listener: (payload: E[K]) => void): this;
  prependListener<K extends keyof E>(event: K, listener: (payload: E[K]) => void): this;
  emit<K extends keyof E>(event: K, payload: E[K]): boolean;
}
