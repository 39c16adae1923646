import { useState, type ReactNode } from "react";
import { Link, Outlet } from "@tanstack/react-router";
import { roleMay } from "@gatehouse/shared";
import { useSignOut } from "../features/sessions/use-sign-out.js";
import { Button } from "../ui/button.js";
import { classes } from "../ui/classes.js";
import { useTeamSession } from "./session.js";

const stay = () => undefined;

/** The frame of every page: the navigation and the viewer's name. */
export function Layout() {
  const { name, role, firm } = useTeamSession();
  const { signOut, isPending } = useSignOut({ audience: "team", firm: null }, stay);
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[15rem_1fr]">
      <a
        href="#content"
        className="sr-only rounded-md bg-surface p-3 focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
      >
        Skip to content
      </a>
      <header className="flex flex-col gap-4 border-b border-line bg-surface p-4 md:sticky md:top-0 md:h-dvh md:border-r md:border-b-0">
        <div className="flex items-center justify-between gap-3">
          <p className="flex min-w-0 items-center gap-2 font-semibold text-ink">
            <img src="/favicon.svg" alt="" className="size-7" />
            <span translate="no" className="truncate">
              {firm.name}
            </span>
          </p>
          <span className="md:hidden">
            <Button size="small" onPress={() => setOpen(!isOpen)} aria-expanded={isOpen} aria-controls="menu">
              Menu
            </Button>
          </span>
        </div>
        <div id="menu" className={classes("flex-1 flex-col justify-between gap-4 md:flex", isOpen ? "flex" : "hidden")}>
          <nav aria-label="Main" className="flex flex-col gap-1">
            <NavLink to="/" onGo={() => setOpen(false)}>
              Contacts
            </NavLink>
            <NavLink to="/overview" onGo={() => setOpen(false)}>
              Overview
            </NavLink>
            <NavLink to="/activity" onGo={() => setOpen(false)}>
              Activity
            </NavLink>
            {roleMay(role, "export") && (
              <NavLink to="/reports" onGo={() => setOpen(false)}>
                Reports
              </NavLink>
            )}
            <p className="px-3 pt-4 text-xs font-medium text-muted">Settings</p>
            <NavLink to="/settings/client-portal" onGo={() => setOpen(false)}>
              Client Portal
            </NavLink>
            <NavLink to="/settings/team" onGo={() => setOpen(false)}>
              Team
            </NavLink>
            <NavLink to="/settings/api-keys" onGo={() => setOpen(false)}>
              API keys
            </NavLink>
            <NavLink to="/settings/webhooks" onGo={() => setOpen(false)}>
              Webhooks
            </NavLink>
          </nav>
          <div className="flex flex-col gap-1 border-t border-line pt-3">
            <NavLink to="/account" onGo={() => setOpen(false)}>
              <span translate="no">{name}</span>
            </NavLink>
            <Button look="quiet" onPress={() => void signOut()} isPending={isPending}>
              Sign out
            </Button>
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="min-w-0 p-4 outline-none sm:p-8">
        <div className="mx-auto max-w-6xl">
          <Outlet />
        </div>
      </main>
    </div>
  );
}

type Page =
  | "/"
  | "/overview"
  | "/activity"
  | "/reports"
  | "/settings/client-portal"
  | "/settings/team"
  | "/settings/api-keys"
  | "/settings/webhooks"
  | "/account";

function NavLink({ to, onGo, children }: { to: Page; onGo: () => void; children: ReactNode }) {
  return (
    <Link
      to={to}
      onClick={onGo}
      activeOptions={{ exact: to === "/" }}
      className="truncate rounded-md px-3 py-2 text-sm text-ink hover:bg-sunken data-[status=active]:bg-accent-soft data-[status=active]:font-medium data-[status=active]:text-accent-text"
    >
      {children}
    </Link>
  );
}
