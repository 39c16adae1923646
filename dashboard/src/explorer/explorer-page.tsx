import { useEffect, useMemo, useState } from "react";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { buildSchema, type GraphQLSchema } from "graphql";
import { createClient } from "graphql-ws";
import "graphiql/style.css";
import "./explorer.css";

const FIRST_QUERY = `# Paste an API key above. Ctrl-Space completes, Ctrl-Enter runs.
{
  firm {
    name
    plan
    portalStats {
      contacts
      withAccount
      twoFactorEnrolled
    }
  }
}
`;

/** Runs operations with an API key; subscriptions use a WebSocket. */
function fetcherWith(key: string) {
  const headers: Record<string, string> = key.trim() === "" ? {} : { authorization: `Bearer ${key.trim()}` };
  return createGraphiQLFetcher({
    url: "/graphql",
    headers,
    // Only the key identifies the caller, not a session of the dashboard.
    fetch: (address, init) => fetch(address, { ...init, credentials: "omit" }),
    wsClient: createClient({
      url: `${location.origin.replace(/^http/, "ws")}/graphql`,
      connectionParams: headers,
    }),
  });
}

/** `/docs/explorer`: GraphiQL for the public schema. The key is kept only in this page's memory. */
export function ExplorerPage() {
  const [schema, setSchema] = useState<GraphQLSchema | null>(null);
  const [isBroken, setIsBroken] = useState(false);
  const [key, setKey] = useState("");
  const fetcher = useMemo(() => fetcherWith(key), [key]);
  useEffect(() => {
    fetch("/schema.graphql")
      .then(async (response) => setSchema(buildSchema(await response.text())))
      .catch(() => setIsBroken(true));
  }, []);
  return (
    // A tool for programs' text. GraphiQL, which is not compiled with our jsx, would not survive a translator.
    <div className="explorer" translate="no">
      <header>
        <a href="/docs">Gatehouse for integrators</a>
        <label>
          API key
          <input
            type="password"
            autoComplete="off"
            spellCheck={false}
            placeholder="ghk_…"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        </label>
      </header>
      {isBroken && <p role="alert">The schema could not be loaded. Check your connection and reload the page.</p>}
      {schema && (
        <GraphiQL
          fetcher={fetcher}
          schema={schema}
          defaultQuery={FIRST_QUERY}
          storage={sessionStorage}
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
        />
      )}
    </div>
  );
}
