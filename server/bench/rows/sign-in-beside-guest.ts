import { alternate, type Row } from "../bench.js";
import { ask, closedLoop, type Answer, type Request } from "../load.js";
import { gatehouse } from "../processes.js";
import { freshen, PASSWORD } from "../seed.js";
import { aloneAndBeside, besideResult } from "./beside.js";
import { CONTACTS } from "./reads.js";
import { mustSignIn, portalSignIn } from "./sign-in.js";

const stepUpDocument = `mutation StepUp($input: StepUpInput!) {
  stepUp(input: $input) { session { id } userErrors { code message } }
}`;
/**
 * A client who proves their identity over and over with the right password: some requests are served, the others
 * refused by name.
 */
const stepUp = (token: string): Request => ({
  token,
  body: { operationName: "StepUp", query: stepUpDocument, variables: { input: { password: PASSWORD } } },
});
const mustBeTyped = ({ status, body }: Answer) => {
  if (!/"session":\{|TOO_MANY_REQUESTS|ACCOUNT_LOCKED|RATE_LIMITED/.test(body.toString()))
    throw new Error(`neither served nor asked to retry: ${status} ${body.toString()}`);
};

export const signInBesideGuest: Row = {
  name: "sign-in-beside-guest",
  title: "Password sign-in beside a client who repeats stepUp",
  async measure(bench) {
    const firm = await bench.firm(CONTACTS);
    const seconds = bench.isQuick ? 0.5 : 8;
    const rows = await alternate(bench, [gatehouse(firm.databaseUrl)], async (_variant, { port }) => {
      await freshen(firm);
      const signedIn = await ask(port, portalSignIn(firm)(Math.floor(firm.clients / 2) - 1));
      mustSignIn(signedIn);
      const guest = /"sessionToken":"([^"]+)"/.exec(signedIn.body.toString())?.[1] ?? "";
      const load = { port, connections: 4, request: portalSignIn(firm), check: mustSignIn };
      if (!bench.isQuick) await closedLoop(load, 1);
      const guests = { port, connections: 16, request: () => stepUp(guest), check: mustBeTyped };
      return aloneAndBeside(() => closedLoop(load, seconds), guests, seconds);
    });
    return besideResult(
      rows,
      { name: "the guest", rate: "the guest's requests" },
      2,
      "4 callers sign in at once while the client (the guest) sends requests over 16 connections without a pause, with one session and the right password. Most of them are refused by name: only one hash of a person may wait at a time, and only twenty proofs are accepted in a quarter of an hour.",
    );
  },
};
