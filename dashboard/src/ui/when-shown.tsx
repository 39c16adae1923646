import { lazy, Suspense, type FunctionComponent } from "react";
import { useWords } from "../language/language-context.js";
import { Loading } from "./spinner.js";
import { ErrorState } from "./states.js";

function Unreachable() {
  const { ui } = useWords();
  return <ErrorState message={ui.checkConnection} onRetry={() => location.reload()} />;
}

/** A component that is loaded when it is first shown, so that the first page does not wait for it. */
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
