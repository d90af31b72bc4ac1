/**
 * A Buffer over memory that no other thread has. What takes bytes for a body, as `fetch()` does by the types of the DOM, takes no other.
 * Older compilers, for which a Buffer has no type parameter, read `Buffer` in it.
 */
export type PageBytes = ReturnType<typeof Buffer.allocUnsafe>;
