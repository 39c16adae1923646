import { Fragment } from "react";

/** An address that breaks, if it must, before its @ and before the dots of its domain. */
export function Email({ address }: { address: string }) {
  const at = address.lastIndexOf("@");
  const parts = at < 1 ? [address] : [address.slice(0, at), ...address.slice(at).split(/(?=\.)/)];
  return (
    <span translate="no" className="break-words">
      {parts.map((part, index) => (
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  );
}
