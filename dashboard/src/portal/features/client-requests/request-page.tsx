import { useQuery } from "urql";
import { allowsPasswordLogin } from "@gatehouse/shared";
import { graphql, readFragment, type FragmentOf } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { Button } from "../../../ui/button.js";
import { useWords } from "../../../language/language-context.js";
import { Loading } from "../../../ui/spinner.js";
import { EmptyState, ErrorState } from "../../../ui/states.js";
import { goTo, PortalLink } from "../../address.js";
import { Checklist, RequestItem_request } from "./requests.js";
import { usePortalWords } from "../../portal-language.js";
import { usePortal } from "../../session.js";
import { Shell } from "../../shell.js";

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

/** One request with its checklist; for a client who only used its link, also an offer to create an account. */
export function RequestPage({ requestId }: { requestId: string }) {
  const { firm } = usePortal();
  const words = useWords();
  const { request: say } = usePortalWords();
  const [{ data, error }, read] = useQuery({
    query: RequestPage_request,
    variables: { id: requestId },
    requestPolicy: "cache-and-network",
  });
  if (error && !data)
    return (
      <main>
        <ErrorState message={sayError(error, words)} onRetry={() => read({ requestPolicy: "network-only" })} />
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
      title={request ? readFragment(RequestItem_request, request).title : say.missing}
      email={viewer.email}
      hasAccount={hasAccount}
    >
      {request ? (
        <Checklist request={request} />
      ) : (
        <EmptyState title={say.hidden}>{say.hiddenWhy(firm.name)}</EmptyState>
      )}
      {!hasAccount && allowsPasswordLogin(firm) && (
        <section
          aria-label={say.createAccount}
          className="flex flex-col items-start gap-3 rounded-xl border border-line p-5"
        >
          <p className="text-sm text-muted">{say.oneOnly(firm.name)}</p>
          <Button onPress={() => goTo(firm.slug, "confirm")}>{say.createAccount}</Button>
        </section>
      )}
      {hasAccount && (
        <p>
          <PortalLink slug={firm.slug} page="">
            {say.all}
          </PortalLink>
        </p>
      )}
    </Shell>
  );
}
