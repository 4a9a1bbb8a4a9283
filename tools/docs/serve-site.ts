import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { extname, join, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Serves the files of a folder on 127.0.0.1 alone, until the server is closed. */
export async function serveSite(folder: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    void answerOf(folder, request.url ?? "/").then(({ status, type, body }) => {
      response.writeHead(status, { "content-type": type }).end(body);
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer | string;
}

async function answerOf(folder: string, url: string): Promise<Answer> {
  const path = pathIn(folder, url);
  const candidates = path === undefined ? [] : [path, `${path}.html`, join(path, "index.html")];
  for (const candidate of candidates) {
    const body = await readFile(candidate).catch(() => undefined);
    const type = TYPES[extname(candidate)] ?? "application/octet-stream";
    if (body !== undefined) return { status: 200, type, body };
  }
  return { status: 404, type: "text/plain", body: `Nothing is at ${url}\n` };
}

/** Undefined for what is no path, or leads out of the folder. */
function pathIn(folder: string, url: string): string | undefined {
  try {
    const path = join(folder, decodeURIComponent(url.replace(/[?#].*/, "")));
    return path.startsWith(folder + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}
