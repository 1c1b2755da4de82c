"use strict";
/* cmi5: there is no API on a window but an LMS behind HTTP, so that this driver brings a session of its own.
   cmi5-lms.js talks, cmi5-statements.js says what, cmi5-session.js decides when. */

var lcms = lcms || {};

/** @type {Driver} */
lcms.driver = {
  api: null,
  methods: { initialize: "", terminate: "", get: "", set: "", commit: "", error: "" },
  // A browser lets a page that closes send 64 KiB; the last statements need some of it.
  suspendLimit: 32_000,
  suspendData: "suspendData",
  location: "location",
  learner: ["", ""],
  optional: [],
  connect: (onState) => lcms.cmi5.connect(onState),
  standing: (get) => ({ completed: get("completed") === "true", passed: get("passed") === "true" }),
  entries: () => [],
  sessionTime: () => ["", ""],
  interaction: () => [],
};
