const { TestEnvironment } = require("jest-environment-jsdom");

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
