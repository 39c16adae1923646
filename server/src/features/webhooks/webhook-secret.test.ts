import { describe, expect, it } from "@jest/globals";
import { newSigningSecret, signatureOf, webhookSecretPlace } from "./webhook-secret.js";

describe("a webhook's signature", () => {
  it("equals Standard Webhooks' own example", () =>
    expect(
      signatureOf(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        '{"test": 2432232314}',
      ),
    ).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));

  it("is made with a secret of 256 random bits, a different one each time", () => {
    const many = Array.from({ length: 100 }, newSigningSecret);
    for (const secret of many) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(new Set(many).size).toBe(100);
  });

  it("has its secret encrypted for one endpoint only", () =>
    expect(webhookSecretPlace("whk_1")).toBe("webhook_endpoints.encryptedSecret.whk_1"));
});
