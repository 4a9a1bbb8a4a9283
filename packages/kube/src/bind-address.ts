/** Where a server listens. Without a host on all interfaces, as Go's servers. */
export interface BindAddress {
  readonly host?: string;
  /** 0: one that is free. */
  readonly port: number;
}

const HOST_AND_PORT = /^(?:\[(?<ipv6>[^\]]+)\]|(?<host>[^:]*)):(?<port>\d{1,5})$/;

/**
 * Reads an address as the flags of Go's controllers have it: `:8081`, `127.0.0.1:8081`, `[::1]:8081`.
 * Undefined for `0` and for nothing: do not listen.
 *
 * @throws SyntaxError for any other text.
 */
export function parseBindAddress(text: string): BindAddress | undefined {
  if (text === "0" || text === "") return undefined;
  const { ipv6, host, port } = HOST_AND_PORT.exec(text)?.groups ?? {};
  if (port === undefined || Number(port) > 65_535) {
    throw new SyntaxError(
      `Cannot parse address ${JSON.stringify(text)}: must be such as :8081 or 127.0.0.1:8081, or 0 for none`,
    );
  }
  const name = ipv6 ?? host ?? "";
  return { ...(name === "" ? {} : { host: name }), port: Number(port) };
}

/** Writes an address as {@link parseBindAddress} reads it. */
export function formatBindAddress({ host = "", port }: BindAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
