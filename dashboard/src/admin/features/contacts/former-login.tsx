import { useQuery } from "urql";
import { Link } from "@tanstack/react-router";
import { graphql } from "../../../graphql/graphql.js";
import { Banner } from "../../../ui/banner.js";
import { Email } from "../../../ui/email.js";

const FormerLogin_account = graphql(`
  query FormerLogin_account($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on PortalAccount {
        email
        unlinkedAt
      }
    }
  }
`);

/** Warns if no contact has the login that this contact had before its change. */
export function FormerLogin({ accountId }: { accountId: string }) {
  const [{ data }] = useQuery({
    query: FormerLogin_account,
    variables: { id: accountId },
    requestPolicy: "network-only",
  });
  if (data?.node?.__typename !== "PortalAccount" || data.node.unlinkedAt === null) return null;
  return (
    <div className="mb-6">
      <Banner tone="warning">
        The login{" "}
        <strong>
          <Email address={data.node.email} />
        </strong>{" "}
        no longer belongs to a contact. It can still sign in, but sees no requests.{" "}
        <Link to="/overview" className="link">
          Sign it out or delete it
        </Link>
      </Banner>
    </div>
  );
}
