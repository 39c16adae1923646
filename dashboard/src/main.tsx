import { StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { reportPageError } from "./features/page-failures/page-error-report.js";
import "./styles.css";

// Each side is a chunk of its own: a client's phone loads nothing of the dashboard, and vice versa.
const { pathname } = location;
const page = /^\/portal(\/|$)/.test(pathname)
  ? Promise.all([
      import("./portal/portal-app.js"),
      import("./portal/portal-language.js").then(({ firstLanguage }) => firstLanguage()),
    ]).then(([{ PortalApp }, first]): ReactNode => <PortalApp first={first} />)
  : pathname === "/docs/explorer"
    ? Promise.all([import("./explorer/explorer-page.js"), import("./features/page-failures/failure-boundary.js")]).then(
        ([{ ExplorerPage }, { FailureBoundary }]): ReactNode => (
          <FailureBoundary>
            <ExplorerPage />
          </FailureBoundary>
        ),
      )
    : import("./admin/admin-app.js").then(({ AdminApp }): ReactNode => <AdminApp />);

const found = document.getElementById("root");
if (!found) throw new Error("index.html has no #root");
const root = found;
function showNotLoaded() {
  root.textContent = "This page could not be loaded. Check your connection and reload the page.";
  if (!pathname.startsWith("/portal")) return;
  const inFrench = document.createElement("p");
  inFrench.lang = "fr-CA";
  inFrench.textContent = "Impossible de charger cette page. Vérifiez votre connexion et actualisez la page.";
  root.append(inFrench);
}
function draw(app: ReactNode) {
  // What fails outside of a page's boundary leaves nothing: React empties the root.
  const onUncaughtError = (error: unknown) => {
    reportPageError(error);
    setTimeout(showNotLoaded);
  };
  createRoot(root, { onUncaughtError }).render(<StrictMode>{app}</StrictMode>);
}
page.then((app) => draw(app), showNotLoaded);
