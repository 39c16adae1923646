/** An address that breaks, where it must, before its @. */
export function Email({ address }: { address: string }) {
  const at = address.lastIndexOf("@");
  if (at < 1) return <span className="break-words">{address}</span>;
  return (
    <span className="break-words">
      {address.slice(0, at)}
      <wbr />
      {address.slice(at)}
    </span>
  );
}
