import { useQuery } from "urql";
import { graphql, readFragment, type FragmentOf } from "../graphql/graphql.js";
import { sayError } from "../graphql/use-act.js";
import { Button } from "../ui/button.js";
import { Loading } from "../ui/spinner.js";
import { EmptyState, ErrorState } from "../ui/states.js";
import { goTo, PortalLink } from "./address.js";
import { Checklist, RequestItem_request } from "./requests.js";
import { usePortal } from "./session.js";
import { Shell } from "./shell.js";

const RequestPage_request = graphql(
  `
    query RequestPage_request($id: ID!) {
      viewer {
        __typename
        ... on PortalViewer {
          email
          account {
            id
          }
        }
      }
      node(id: $id) {
        __typename
        ... on ClientRequest {
          ...RequestItem_request
        }
      }
    }
  `,
  [RequestItem_request],
);

/** One request with its checklist; for who came by its link alone, also the way to an account. */
export function RequestPage({ requestId }: { requestId: string }) {
  const { firm } = usePortal();
  const [{ data, error }, read] = useQuery({
    query: RequestPage_request,
    variables: { id: requestId },
    requestPolicy: "cache-and-network",
  });
  if (error && !data)
    return (
      <main>
        <ErrorState message={sayError(error)} onRetry={() => read({ requestPolicy: "network-only" })} />
      </main>
    );
  const viewer = data?.viewer?.__typename === "PortalViewer" ? data.viewer : null;
  if (!viewer)
    return (
      <main>
        <Loading />
      </main>
    );
  const request: FragmentOf<typeof RequestItem_request> | null =
    data?.node?.__typename === "ClientRequest" ? data.node : null;
  const hasAccount = viewer.account !== null;
  return (
    <Shell
      title={request ? readFragment(RequestItem_request, request).title : "There is no such request"}
      email={viewer.email}
      hasAccount={hasAccount}
    >
      {request ? (
        <Checklist request={request} />
      ) : (
        <EmptyState title="You cannot see it from here.">
          Open the newest mail from {firm.name} about it and follow the link in it.
        </EmptyState>
      )}
      {!hasAccount && firm.mode !== "MAGIC_LINK_ONLY" && (
        <section
          aria-label="Create an account"
          className="flex flex-col items-start gap-3 rounded-xl border border-line p-5"
        >
          <p className="text-sm text-muted">
            This link opens this one request. With an account you see everything that {firm.name} asked you for.
          </p>
          <Button onPress={() => goTo(firm.slug, "confirm")}>Create an account</Button>
        </section>
      )}
      {hasAccount && (
        <p>
          <PortalLink slug={firm.slug} page="">
            All your requests
          </PortalLink>
        </p>
      )}
    </Shell>
  );
}
