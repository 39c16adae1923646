import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createClient, type Client, type ClientOptions } from "graphql-ws";
import { WebSocket } from "ws";

export const CLIENT_PASSWORD = "a long client password";

/** A response of the API, untyped: tests name what they expect. */
// oxlint-disable-next-line typescript/no-explicit-any -- each test selects its own fields; typing them would hide what it says
export type Data = any;

/** Why a payload's mutation did nothing. */
export const codesOf = ({ userErrors }: Data): string[] => userErrors.map(({ code }: { code: string }) => code);

export interface Answer {
  status: number;
  headers: Headers;
  data: Data;
  errors: { message: string; path?: string[]; extensions: { code: string; [key: string]: unknown } }[] | undefined;
  extensions: { cost?: { requested: number } } | undefined;
}

/**
 * The value that a response sets one of our cookies to, as its header says it; "" if it sets none. `name` is without
 * the prefix that every cookie has.
 */
export const setCookieOf = (headers: Headers, name: string): string =>
  headers.getSetCookie().find((header) => header.replace(/^__Host-/, "").startsWith(`gatehouse_${name}=`)) ?? "";

/** A server as its users reach it, in this process or another one. */
export abstract class Api {
  /** Where the server listens. */
  abstract get url(): string;
  /** The server's clock. */
  now(): number {
    return Date.now();
  }

  async raw(init: RequestInit & { path?: string }): Promise<Response> {
    return fetch(`${this.url}${init.path ?? "/graphql"}`, init);
  }
  async ask(
    query: string,
    variables: object = {},
    token?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await this.raw({
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors, extensions } = (await response.json()) as Answer;
    return { status: response.status, headers: response.headers, data, errors, extensions };
  }
  /** The only field of a mutation that takes `input`. */
  async mutate(name: string, inputType: string, selection: string, input: object, token?: string): Promise<Data> {
    const { data, errors } = await this.ask(
      `mutation($input: ${inputType}!) { ${name}(input: $input) { ${selection} userErrors { code field message } } }`,
      { input },
      token,
    );
    if (errors)
      throw new Error(
        `${name}: ${errors.map(({ message, extensions }) => `${extensions.code} ${message}`).join("; ")}`,
      );
    return data[name];
  }
  /** Like mutate, for mutations that return a SignInPayload. */
  signIn(name: string, inputType: string, input: object): Promise<Data> {
    return this.mutate(
      name,
      inputType,
      "result { __typename ... on SignedIn { sessionToken session { id assurance } } ... on TwoFactorRequired { challengeToken } ... on TwoFactorEnrollmentRequired { enrollmentToken emailCodeRequired maskedEmail } }",
      { ...input, transport: "TOKEN" },
    );
  }
  portalSignIn(firm: { slug: string }, email: string, password = CLIENT_PASSWORD): Promise<Data> {
    return this.signIn("portalSignIn", "PortalSignInInput", { firmSlug: firm.slug, email, password });
  }
  async contact(
    token: string,
    name = "Maya Fields",
    email = `maya-${randomBytes(4).toString("hex")}@client.example`,
  ): Promise<{ id: string; email: string }> {
    const { contact } = await this.mutate("createContact", "ContactInput", "contact { id }", { name, email }, token);
    return { id: contact.id, email };
  }

  /** What a real authenticator (oathtool) shows for a secret, some steps from now. */
  code(secret: string, steps = 0): string {
    const at = new Date(this.now() + steps * 30_000).toISOString().slice(0, 19).replace("T", " ");
    return execFileSync("oathtool", ["--totp", "-b", secret, "--now", `${at} UTC`], { encoding: "utf8" }).trim();
  }

  /** graphql-ws's own client. By default it does not reconnect. */
  socket(
    token: string | undefined,
    headers: Record<string, string> = {},
    options: Partial<ClientOptions> = {},
  ): Client {
    class WithHeaders extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols, { headers });
      }
    }
    return createClient({
      url: `${this.url.replace("http", "ws")}/graphql`,
      webSocketImpl: WithHeaders,
      retryAttempts: 0,
      lazy: true,
      ...(token === undefined ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
      ...options,
    });
  }
}
