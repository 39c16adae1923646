import { Fragment } from "react";
import { graphql, readFragment, type FragmentOf } from "../../../graphql/graphql.js";
import { Email } from "../../../ui/email.js";
import { quantity } from "../../../ui/quantity.js";

export const RedirectSentence_change = graphql(`
  fragment RedirectSentence_change on ContactEmailChange {
    contact {
      id
      name
    }
    from
    to
    requests
    openLinks
    openInvitations
    loginBefore {
      id
      email
    }
    loginAfter {
      id
      email
      contacts {
        id
        name
        organization
      }
    }
  }
`);

/** How many of the contacts that a login serves are named. */
const NAMED = 3;

/** What a contact's new email does to who can open its requests, before it is saved. */
export function RedirectSentence(props: { change: FragmentOf<typeof RedirectSentence_change> }) {
  const { contact, from, to, requests, openLinks, openInvitations, loginBefore, loginAfter } = readFragment(
    RedirectSentence_change,
    props.change,
  );
  const ended = [
    ...(openLinks > 0 ? [quantity(openLinks, "open link")] : []),
    ...(openInvitations > 0 ? [quantity(openInvitations, "invitation")] : []),
  ];
  const told = new Set([from, to, loginBefore?.email ?? null].filter((email) => email !== null));
  return (
    <p className="min-w-0 break-words">
      {requests === 0 ? "Requests to " : `${quantity(requests, "request")} to `}
      <b translate="no">{contact?.name ?? "this contact"}</b>{" "}
      {loginAfter ? (
        <>
          will be opened by the login <Email address={loginAfter.email} />
          {loginAfter.contacts.length > 0 && <>, which also serves {namesOf(loginAfter.contacts)}</>}.
        </>
      ) : to === null ? (
        "cannot be opened by any login, and nothing can be sent to the contact."
      ) : (
        <>
          cannot be opened by any login until the owner of <Email address={to} /> creates one.
        </>
      )}
      {loginBefore && (
        <>
          {" "}
          The login <Email address={loginBefore.email} /> can no longer open them.
        </>
      )}
      {ended.length > 0 && <> {ended.join(" and ")} will stop working.</>}{" "}
      {told.size === 1 ? "The address is" : told.size === 2 ? "Both addresses are" : "All addresses are"} notified.
    </p>
  );
}

function namesOf(contacts: readonly { id: string; name: string; organization: string | null }[]) {
  const named = contacts.slice(0, NAMED);
  const others = contacts.length - named.length;
  return (
    <>
      {named.map(({ id, name, organization }, index) => (
        <Fragment key={id}>
          {index > 0 && (index === named.length - 1 && others === 0 ? " and " : ", ")}
          <b translate="no">{name}</b>
          {organization !== null && (
            <>
              {" "}
              (<span translate="no">{organization}</span>)
            </>
          )}
        </Fragment>
      ))}
      {others > 0 && ` and ${quantity(others, "other contact")}`}
    </>
  );
}
