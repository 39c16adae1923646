import { useState } from "react";
import { describe, expect, it } from "@jest/globals";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { NewPasswordField } from "./password-field.js";

function Field() {
  const [value, setValue] = useState("");
  return (
    <NewPasswordField
      label="New password"
      value={value}
      onChange={setValue}
      context={{ email: "maya@client.example", firmName: "Harbor & Pine" }}
    />
  );
}

describe("a new password", () => {
  it("is checked while it is typed, and can be pasted and shown", async () => {
    const user = userEvent.setup();
    render(<Field />);
    const input = screen.getByLabelText(/New password/);
    await user.type(input, "short");
    expect(screen.getByText("Use at least 15 characters; this has 5.")).not.toBeNull();
    await user.clear(input);
    await user.paste("maple river lantern");
    expect(screen.getByText("Good.")).not.toBeNull();
    await user.click(screen.getByRole("button", { name: "Show password" }));
    expect(input.getAttribute("type")).toBe("text");
  });
});
