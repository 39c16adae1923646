import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Link,
  redirect,
  type ErrorComponentProps,
} from "@tanstack/react-router";
import { FAILURES_BEFORE_RELOAD } from "../features/page-failures/failure-boundary.js";
import { isTranslated, reportPageError } from "../features/page-failures/page-error-report.js";
import { PageFailed } from "../features/page-failures/page-failed.js";
import { keepTexts } from "../ui/kept-texts.js";
import { Loading } from "../ui/spinner.js";
import { EmptyState, ErrorState } from "../ui/states.js";
import { readActivitySearch } from "./features/audit/event-filter.js";
import { ContactsPage } from "./features/contacts/contacts-page.js";
import { readReportsSearch } from "./features/reports/reports-search.js";
import { Layout } from "./layout.js";

// Every page but the first loads on navigation or hover.
const AccountPage = lazyRouteComponent(() => import("./features/account/account-page.js"), "AccountPage");
const ApiKeysPage = lazyRouteComponent(() => import("./features/api-keys/api-keys-page.js"), "ApiKeysPage");
const ActivityPage = lazyRouteComponent(() => import("./features/audit/activity-page.js"), "ActivityPage");
const ContactPage = lazyRouteComponent(() => import("./features/contacts/contact-page.js"), "ContactPage");
const ImportPage = lazyRouteComponent(() => import("./features/import/import-page.js"), "ImportPage");
const OverviewPage = lazyRouteComponent(() => import("./features/overview/overview-page.js"), "OverviewPage");
const ReportsPage = lazyRouteComponent(() => import("./features/reports/reports-page.js"), "ReportsPage");
const RollOutPage = lazyRouteComponent(() => import("./features/roll-out/roll-out-page.js"), "RollOutPage");
const SecurityPage = lazyRouteComponent(() => import("./features/security-mode/security-page.js"), "SecurityPage");
const TeamPage = lazyRouteComponent(() => import("./features/team/team-page.js"), "TeamPage");
const WebhooksPage = lazyRouteComponent(() => import("./features/webhooks/webhooks-page.js"), "WebhooksPage");

/** Address to page, one line each. */
export function createDashboardRouter() {
  const root = createRootRoute({
    component: Layout,
    notFoundComponent: () => (
      <EmptyState
        title="This page does not exist."
        action={
          <Link to="/" className="link">
            Go to contacts
          </Link>
        }
      />
    ),
  });
  const at = { getParentRoute: () => root } as const;
  return createRouter({
    routeTree: root.addChildren([
      createRoute({ ...at, path: "/", component: ContactsPage }),
      // For someone who cuts the id off a contact's address.
      createRoute({
        ...at,
        path: "/contacts",
        beforeLoad: () => {
          throw redirect({ to: "/", replace: true });
        },
      }),
      createRoute({ ...at, path: "/contacts/$contactId", component: ContactPage }),
      createRoute({ ...at, path: "/overview", component: OverviewPage }),
      createRoute({ ...at, path: "/settings/team", component: TeamPage }),
      createRoute({ ...at, path: "/activity", validateSearch: readActivitySearch, component: ActivityPage }),
      createRoute({ ...at, path: "/reports", validateSearch: readReportsSearch, component: ReportsPage }),
      createRoute({ ...at, path: "/contacts/import", component: ImportPage }),
      createRoute({ ...at, path: "/settings/client-portal", component: SecurityPage }),
      createRoute({ ...at, path: "/settings/client-portal/roll-out", component: RollOutPage }),
      createRoute({ ...at, path: "/settings/api-keys", component: ApiKeysPage }),
      createRoute({ ...at, path: "/settings/webhooks", component: WebhooksPage }),
      createRoute({ ...at, path: "/account", component: AccountPage }),
    ]),
    defaultPreload: "intent",
    defaultPendingComponent: () => <Loading label="Loading the page" />,
    defaultErrorComponent: RouteFailed,
    defaultOnCatch: (error) => {
      if (isNotLoaded(error)) return;
      const { pathname } = location;
      failed = { pathname, times: failed.pathname === pathname ? failed.times + 1 : 1 };
      keepTexts();
      reportPageError(error);
    },
  });
}

/** Whether a page's script did not arrive, in the words of Chromium, Firefox and WebKit. */
const isNotLoaded = (error: unknown) =>
  error instanceof Error && /dynamically imported module|Importing a module script/i.test(error.message);

/** The page that failed last, and how often in a row. */
let failed = { pathname: "", times: 0 };

/** In place of a page that failed, beside the navigation. */
function RouteFailed({ error, reset }: ErrorComponentProps) {
  const again = () => (failed.times >= FAILURES_BEFORE_RELOAD ? location.reload() : reset());
  return isNotLoaded(error) ? (
    <ErrorState message="Check your connection and try again." onRetry={() => location.reload()} />
  ) : (
    <PageFailed wasTranslated={isTranslated()} onAgain={again} />
  );
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createDashboardRouter>;
  }
}
