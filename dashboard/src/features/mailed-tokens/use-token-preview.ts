import { useQuery, type CombinedError } from "urql";
import { carriesMailedToken } from "../../graphql/client.js";
import { graphql, type ResultOf } from "../../graphql/graphql.js";

const TokenPreview_mailedToken = graphql(`
  query TokenPreview_mailedToken($token: String!) {
    mailedToken(token: $token) {
      purpose
      maskedEmail
      signsInAlready
      firm {
        name
        slug
      }
    }
  }
`);
type TokenPreview = ResultOf<typeof TokenPreview_mailedToken>["mailedToken"];

/** What a mailed token is for, read without the cache; changes nothing. `preview` is null if the link no longer works. */
export function useTokenPreview(token: string | null): {
  preview: TokenPreview | null;
  isLoading: boolean;
  error: CombinedError | undefined;
  retry: () => void;
} {
  const [{ data, error }, read] = useQuery({
    query: TokenPreview_mailedToken,
    variables: { token: token ?? "" },
    pause: token === null,
    requestPolicy: "network-only",
    context: carriesMailedToken,
  });
  return {
    preview: data?.mailedToken ?? null,
    isLoading: token !== null && !data && !error,
    error,
    retry: () => read({ requestPolicy: "network-only" }),
  };
}
