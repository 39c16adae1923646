/** Grey lines where text is about to appear. */
export function Skeleton({ lines = 3, label = "Loading" }: { lines?: number; label?: string }) {
  return (
    <output aria-label={label} className="flex animate-pulse flex-col gap-3">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="block h-5 rounded bg-sunken" />
      ))}
    </output>
  );
}
