import { Component, type ReactNode } from "react";
import { keepTexts } from "../../ui/kept-texts.js";
import { isTranslated, reportPageError } from "./page-error-report.js";
import { PageFailed } from "./page-failed.js";

/** After this many failures, loading again takes the whole page from the server. */
export const FAILURES_BEFORE_RELOAD = 2;

interface State {
  failure: { wasTranslated: boolean } | null;
}

/** Around a page: if it fails, keeps what was typed, reports the error to the server's log, and offers to load the page again. */
export class FailureBoundary extends Component<{ children: ReactNode }, State> {
  private failures = 0;
  override state: State = { failure: null };

  /** The page is still there. */
  static getDerivedStateFromError(): State {
    return { failure: { wasTranslated: isTranslated() } };
  }
  override componentDidCatch(error: unknown): void {
    this.failures += 1;
    keepTexts();
    reportPageError(error, this.state.failure?.wasTranslated);
  }
  private readonly again = () => {
    if (this.failures >= FAILURES_BEFORE_RELOAD) location.reload();
    else this.setState({ failure: null });
  };
  override render(): ReactNode {
    const { failure } = this.state;
    if (!failure) return this.props.children;
    return (
      <main>
        <PageFailed wasTranslated={failure.wasTranslated} onAgain={this.again} />
      </main>
    );
  }
}
