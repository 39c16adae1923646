/**
 * Names the account in a form that asks only for a password, so that a password manager saves or fills the right entry. Nobody sees it: the
 * page says for whom the form is in its own words. https://www.chromium.org/developers/design-documents/create-amazing-password-forms/
 */
export function UsernameForManagers({ email }: { email: string }) {
  return (
    <input
      type="email"
      name="username"
      autoComplete="username"
      value={email}
      readOnly
      tabIndex={-1}
      aria-hidden="true"
      className="sr-only"
    />
  );
}
