import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import { RevokeTrustedDeviceInput } from "./trusted-device.inputs.js";
import { RevokeTrustedDevicePayload } from "./trusted-device.results.js";
import type { TrustedDevices } from "./trusted-devices.service.js";

@Resolver()
export class TrustedDevicesResolver {
  constructor(private readonly devices: TrustedDevices) {}

  @Allow({ team: "write", key: "ACCESS_WRITE", portal: "account" })
  @Mutation(() => RevokeTrustedDevicePayload, {
    description:
      "Ends the trust in a device: the next sign-in there asks for the code; its open sessions stay. Clients reach their own devices, the firm its clients'. Requires ACCESS_WRITE of the firm.",
  })
  revokeTrustedDevice(
    @Arg("input", () => RevokeTrustedDeviceInput, { description: "Which device, and why." })
    input: RevokeTrustedDeviceInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(RevokeTrustedDevicePayload, async () => ({
      revokedTrustedDeviceId: await this.devices.revoke(input, context),
    }));
  }
}
