import { describe, expect, it } from "@jest/globals";
import { isAt, pageAddresses } from "@gatehouse/shared";
import { createDashboardRouter } from "./routes.js";

/** Opened from a mail, before anyone is signed in: admin-app.tsx shows it without the router. */
const WITHOUT_ROUTE = ["/choose-password"];
const paths = Object.keys(createDashboardRouter().routesByPath);

describe("the dashboard's addresses", () => {
  it.each(paths)("the server answers %s, so that the page can be reloaded", (path) => {
    expect(pageAddresses.dashboard.filter((address) => isAt(address, path))).toHaveLength(1);
  });

  it("lead to a page wherever the server answers", () => {
    const leadNowhere = pageAddresses.dashboard.filter((address) => !paths.some((path) => isAt(address, path)));
    expect(leadNowhere).toEqual(WITHOUT_ROUTE);
  });
});
