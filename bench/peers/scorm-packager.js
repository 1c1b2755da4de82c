// Packs the folder `files` with the packager of npm, into the folder `packed`.
const pack = require("simple-scorm-packager");

pack(
  {
    version: "2004 4th Edition",
    organization: "Bench",
    title: "Bench",
    startingPage: "text-0.txt",
    source: "./files",
    package: { name: "bench", version: "1", zip: true, outputFolder: "./packed" },
  },
  () => {},
);
