const { realpathSync } = require("node:fs");
// By its real place: a worker that has run others' tests was seen to take the link's, beside which its own dependencies are not found.
// oxlint-disable-next-line security/detect-non-literal-require -- a constant name
const { TestEnvironment } = require(realpathSync.native(require.resolve("jest-environment-jsdom")));

/** jsdom lacks what urql and react-aria take for granted in a browser. */
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    Object.assign(this.global, {
      fetch,
      Response,
      Request,
      Headers,
      FormData,
      TextEncoder,
      TextDecoder,
      ReadableStream,
      TransformStream,
      AbortController,
      AbortSignal,
      structuredClone,
    });
  }
};
