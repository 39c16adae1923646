import { Label, ProgressBar as AriaProgressBar } from "react-aria-components";
import { labelClass } from "./text-field.js";

/** How much of something is done, as a bar and in words; `isPercent`: of a hundred, because nobody counts the parts. */
export function ProgressBar(props: { label: string; done: number; of: number; isPercent?: boolean }) {
  const { label, done, of, isPercent = false } = props;
  return (
    <AriaProgressBar
      value={done}
      minValue={0}
      maxValue={Math.max(of, 1)}
      valueLabel={isPercent ? `${done}%` : `${done} of ${of}`}
      className="flex flex-col gap-1"
    >
      {({ percentage, valueText }) => (
        <>
          <span className="flex justify-between gap-4 text-sm">
            <Label className={labelClass}>{label}</Label>
            <span className="text-muted tabular-nums">{valueText}</span>
          </span>
          <span className="block h-3 overflow-hidden rounded-full bg-sunken">
            <span
              className="block h-full rounded-full bg-accent transition-[width] duration-500"
              style={{ width: `${percentage ?? 0}%` }}
            />
          </span>
        </>
      )}
    </AriaProgressBar>
  );
}
