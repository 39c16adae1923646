import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { Button, type ButtonProps } from "./button.js";
import { classes, itemClass } from "./classes.js";

export interface MenuChoice {
  id: string;
  label: string;
  isDanger?: boolean;
  isDisabled?: boolean;
  onSelect: () => void;
}

/** A button that opens a list of acts. */
export function MenuButton(props: { label: string; choices: readonly MenuChoice[]; look?: ButtonProps["look"] }) {
  return (
    <MenuTrigger>
      <Button look={props.look ?? "secondary"}>
        {props.label}
        <svg viewBox="0 0 16 16" aria-hidden="true" className="size-4 shrink-0 fill-none stroke-current">
          <path d="M4 6l4 4 4-4" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
        </svg>
      </Button>
      <Popover placement="bottom end" className="min-w-48 rounded-md border border-line bg-surface p-1 shadow-lg">
        <AriaMenu aria-label={props.label} className="outline-none">
          {props.choices.map((choice) => (
            <MenuItem
              key={choice.id}
              id={choice.id}
              textValue={choice.label}
              onAction={choice.onSelect}
              isDisabled={choice.isDisabled ?? false}
              className={classes(itemClass, choice.isDanger && "text-danger-text")}
            >
              {choice.label}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
