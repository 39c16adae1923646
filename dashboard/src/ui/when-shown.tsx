import { lazy, Suspense, type FunctionComponent } from "react";
import { Loading } from "./spinner.js";
import { ErrorState } from "./states.js";

const Unreachable = () => (
  <ErrorState message="Check your connection and try again." onRetry={() => location.reload()} />
);

/** A component that is fetched when it is first shown, so that the first page does not wait for it. */
export function whenShown<P extends object>(fetch: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  const Part = lazy(() =>
    fetch().then(
      (component) => ({ default: component }),
      () => ({ default: Unreachable as FunctionComponent<P> }),
    ),
  );
  return (props) => (
    <Suspense fallback={<Loading />}>
      <Part {...props} />
    </Suspense>
  );
}
