import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, jest } from "@jest/globals";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { ActForm } from "./act-form.js";
import { TextField } from "./text-field.js";

const form = (more: Partial<Parameters<typeof ActForm>[0]>) => (
  <ActForm
    onSubmit={() => Promise.resolve()}
    onCancel={jest.fn()}
    confirmLabel="Send"
    isPending={false}
    error={null}
    {...more}
  >
    {more.children ?? <input aria-label="Name" />}
  </ActForm>
);

describe("a form for one act", () => {
  it("submits with its button and with Enter, and the other button cancels", async () => {
    const user = userEvent.setup();
    const onSubmit = jest.fn(() => Promise.resolve());
    const onCancel = jest.fn();
    render(form({ onSubmit, onCancel }));
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect([onCancel.mock.calls.length, onSubmit.mock.calls.length]).toEqual([1, 0]);
    await user.click(screen.getByRole("button", { name: "Send" }));
    await user.type(screen.getByLabelText("Name"), "Ada{Enter}");
    expect(onSubmit).toHaveBeenCalledTimes(2);
  });

  it("submits only once while it waits for the answer, and keeps the focus where it was", async () => {
    const user = userEvent.setup();
    const onSubmit = jest.fn(() => Promise.resolve());
    const { rerender } = render(form({ onSubmit }));
    await user.click(screen.getByRole("button", { name: "Send" }));
    rerender(form({ onSubmit, isPending: true }));
    const button = screen.getByRole("button", { name: /Send/ });
    expect(document.activeElement).toBe(button);
    await user.click(button);
    expect(onSubmit).toHaveBeenCalledTimes(1);
  });

  it("puts the focus on the first field that is wrong, as often as it is refused; its error is read out and describes it", async () => {
    const user = userEvent.setup();
    const refused = (errors: (string | null)[]) =>
      form({
        children: ["Name", "Email"].map((label, at) => (
          <TextField key={label} label={label} error={errors[at] ?? null} />
        )),
      });
    const { rerender, container } = render(refused([null, null]));
    const regions = container.querySelectorAll("[aria-live]");
    await user.click(screen.getByRole("button", { name: "Send" }));
    expect(document.activeElement?.textContent).toBe("Send");
    rerender(refused([null, "This is not an email."]));
    for (let tries = 0; tries < 2; tries++) {
      await user.click(screen.getByRole("button", { name: "Send" }));
      expect(document.activeElement).toBe(screen.getByLabelText("Email"));
    }
    const described = screen.getByLabelText("Email").getAttribute("aria-describedby") ?? "";
    expect(document.getElementById(described)?.textContent).toBe("This is not an email.");
    expect(regions[1]?.textContent).toBe("This is not an email.");
  });

  it("leaves it to the server what an address is: a browser knows fewer", async () => {
    const user = userEvent.setup();
    const onSubmit = jest.fn(() => Promise.resolve());
    render(form({ onSubmit, children: <TextField label="Email" type="email" defaultValue="zoë@client.example" /> }));
    // What Chromium and Firefox say of it; jsdom does not.
    screen.getByLabelText<HTMLInputElement>("Email").setCustomValidity("A part followed by '@' has a symbol.");
    await user.click(screen.getByRole("button", { name: "Send" }));
    expect(onSubmit).toHaveBeenCalledTimes(1);
  });

  it("is the only kind of form there is", () => {
    const source = join(__dirname, "..");
    const withForm = readdirSync(source, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".tsx") && !name.endsWith(".test.tsx"))
      .filter((name) => readFileSync(join(source, name), "utf8").includes("<form"));
    expect(withForm).toEqual([join("ui", "form.tsx")]);
  });

  it("shows the intro first, and the error right before the fields", () => {
    render(form({ intro: <p>We will email a link.</p>, error: "Not now." }));
    const [intro, error, field] = [
      screen.getByText("We will email a link."),
      screen.getByRole("alert"),
      screen.getByLabelText("Name"),
    ];
    expect(error.textContent).toBe("Not now.");
    expect(intro.nextElementSibling).toBe(error);
    expect(error.nextElementSibling).toBe(field);
  });
});
