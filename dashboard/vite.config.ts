import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const server = "http://127.0.0.1:4000";

/** GraphiQL's stylesheet contains a megabyte of fonts as data: URLs, which the Content-Security-Policy blocks. */
const withoutFonts: Plugin = {
  name: "graphiql-without-fonts",
  enforce: "pre",
  transform: (code, id) => (/graphiql.*\.css$/.test(id) ? code.replaceAll(/@font-face\s*\{[^}]*\}/g, "") : null),
};

export default defineConfig({
  plugins: [withoutFonts, react({ jsxImportSource: "#jsx" }), tailwindcss()],
  resolve: { alias: { "@gatehouse/shared": fileURLToPath(new URL("../shared/src/index.ts", import.meta.url)) } },
  // The server's Content-Security-Policy allows nothing inline except images, so no asset may become a data: URL.
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      // GraphiQL's "use no memo" is for a compiler that does not run here.
      onLog: (level, log, say) => log.code !== "MODULE_LEVEL_DIRECTIVE" && say(level, log),
    },
  },
  server: {
    proxy: {
      "/graphql": { target: server, ws: true },
      "/page-errors": { target: server },
      "/audit-log.csv": { target: server },
      "/audit-log.jsonl": { target: server },
      "^/reports/.+": { target: server },
      "/docs": { target: server },
      "/schema.graphql": { target: server },
      "/logos": { target: server },
      "/mailbox": { target: server },
      "/mailbox.json": { target: server },
    },
  },
});
