const { realpathSync } = require("node:fs");
// By its real path: a worker that had run other tests was seen to use the symlink's path, where the module's own dependencies are not found.
// oxlint-disable-next-line security/detect-non-literal-require -- a constant name
const { TestEnvironment } = require(realpathSync.native(require.resolve("jest-environment-jsdom")));

/** jsdom lacks some of what urql and react-aria take for granted in a browser. */
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
