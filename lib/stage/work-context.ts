/** What a function of yours is given beside the item. */
export interface WorkContext {
  /** Aborted when nobody wants the result any more: the stream was destroyed, or `timeoutMs` is over. */
  readonly signal: AbortSignal;
}

/** A context whose signal is made when somebody looks at it, and what aborts it. */
export interface WorkCall {
  readonly context: WorkContext;
  /** @param reason what the signal gives for its reason; an `AbortError`, when it is left out */
  abort(reason?: unknown): void;
}

/** One for a call, or for all of them. */
export function workCall(): WorkCall {
  let controller: AbortController | undefined;
  let over: { readonly reason: unknown } | undefined;
  return {
    context: {
      get signal() {
        controller ??= new AbortController();
        if (over !== undefined) controller.abort(over.reason);
        return controller.signal;
      },
    },
    abort(reason) {
      over ??= { reason };
      controller?.abort(reason);
    },
  };
}
