/**
 * What `npm run mutation` changes one spot at a time, and the tests that have to notice: a rule's own, never those of whoever uses it.
 * To have a file proven, add it here; a pattern that begins with ! takes files out. Tests in a file run for each change of what any of them
 * reaches, so a slow one stands in a file of its own.
 */
export const parts = {
  shared: {
    rules: [
      "shared/src/**/*.ts",
      "!shared/src/**/*.test.ts",
      "!shared/src/index.ts",
      // Sentences and nothing else: the compiler and the tests of their pages hold them.
      "!shared/src/**/*.{en,fr}.ts",
    ],
    tests: [
      "shared/src/**/*.test.ts",
      // Two hundred colours take seconds, for each change; the table of colours tells the same.
      "!shared/src/branding/brand-colors.palette.test.ts",
    ],
  },
  server: {
    rules: [
      "server/src/features/two-factor/recovery-code.ts",
      "server/src/features/two-factor/totp.ts",
      "server/src/features/webhooks/webhook-secret.ts",
      "server/src/platform/crypto/{ids,key-ring,tokens}.ts",
      "server/src/platform/graphql/pages.ts",
      "server/src/platform/http/{same-site,source-address}.ts",
      "server/src/platform/limits/{cost-rates,document-limits,expanded-selections,operation-cost}.ts",
    ],
    tests: [
      // Not totp.test.ts: what it draws ten thousand times takes seconds, for each change.
      "server/src/features/two-factor/{recovery-code,totp-codes}.test.ts",
      "server/src/features/webhooks/webhook-secret.test.ts",
      "server/src/platform/crypto/{ids,key-ring,tokens}.test.ts",
      "server/src/platform/graphql/pages.test.ts",
      "server/src/platform/http/{same-site,source-address}.test.ts",
      "server/src/platform/limits/{cost-rates,document-limits,expanded-selections,operation-cost}.test.ts",
    ],
  },
};

/** At least so many of a hundred changes of each file have to be noticed. */
export const least = 95;
