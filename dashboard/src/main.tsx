import { StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import "./styles.css";

// Each side is a chunk of its own: a client's phone loads nothing of the dashboard, and vice versa.
const { pathname } = location;
const page = /^\/portal(\/|$)/.test(pathname)
  ? Promise.all([
      import("./portal/portal-app.js"),
      import("./portal/portal-language.js").then(({ firstLanguage }) => firstLanguage()),
    ]).then(([{ PortalApp }, first]): ReactNode => <PortalApp first={first} />)
  : pathname === "/docs/explorer"
    ? import("./explorer/explorer-page.js").then(({ ExplorerPage }): ReactNode => <ExplorerPage />)
    : import("./admin/admin-app.js").then(({ AdminApp }): ReactNode => <AdminApp />);

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
page.then(
  (app) => createRoot(root).render(<StrictMode>{app}</StrictMode>),
  () => {
    root.textContent = "This page could not be loaded. Check your connection and reload the page.";
    if (!pathname.startsWith("/portal")) return;
    const inFrench = document.createElement("p");
    inFrench.lang = "fr-CA";
    inFrench.textContent = "Impossible de charger cette page. Vérifiez votre connexion et actualisez la page.";
    root.append(inFrench);
  },
);
