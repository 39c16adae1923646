import { describe, expect, it } from "@jest/globals";
import { isAt, pageAddresses } from "@gatehouse/shared";
import { createDashboardRouter } from "./routes.js";

/** Opened from a mail, before anybody is signed in: admin-app.tsx shows it by itself. */
const WITHOUT_ROUTE = ["/choose-password"];
const paths = Object.keys(createDashboardRouter().routesByPath);

describe("The dashboard's addresses", () => {
  it.each(paths)("%s is answered by the server, so that the page can be loaded again", (path) => {
    expect(pageAddresses.dashboard.filter((address) => isAt(address, path))).toHaveLength(1);
  });

  it("that the server answers lead to a page", () => {
    const leadNowhere = pageAddresses.dashboard.filter((address) => !paths.some((path) => isAt(address, path)));
    expect(leadNowhere).toEqual(WITHOUT_ROUTE);
  });
});
