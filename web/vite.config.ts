import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.LCMS ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // No inline data: the page's policy lets scripts and styles come from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: { include: ["src/**/*.test.ts"] },
  server: {
    // What the app asks for comes from a server that runs; the browser sees one origin.
    proxy: { "/api": server, "/proof": server, "/docs": server, "/readyz": server },
  },
});
