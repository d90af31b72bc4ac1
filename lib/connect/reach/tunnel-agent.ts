import { Agent, type ClientRequestArgs } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

/** Where a tunnel leads to. */
export interface Destination {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** What {@link tunnelAgent} is told. */
export interface TunnelOptions {
  /** Whether TLS is spoken with the server behind the proxy. */
  readonly isSecure: boolean;
  /** Has a proxy lead to the server. What it rejects with is the error of the request. */
  readonly open: (to: Destination) => Promise<Socket>;
}

/** An agent whose sockets go through a proxy. */
export function tunnelAgent({ isSecure, open }: TunnelOptions): Agent {
  const agent = isSecure ? new SecureAgent() : new Agent();
  const createConnection = (to: ClientRequestArgs, callback: Callback): undefined => {
    open({ host: String(to.host), port: Number(to.port) }).then(
      (socket) => callback(null, isSecure ? connectSecurely({ ...to, socket } as object) : socket),
      (error: Error) => callback(error),
    );
  };
  return Object.assign(agent, { createConnection });
}

type Callback = (error: Error | null, socket?: Socket) => void;
