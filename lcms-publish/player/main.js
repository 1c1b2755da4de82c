"use strict";
/* Begins: reads the lesson from the page, opens a session with the LMS and starts the player with what it held. */

var lcms = lcms || {};

(async () => {
  const root = document.documentElement;
  /** @type {Sco} */
  const sco = JSON.parse(document.getElementById("lcms-sco")?.textContent ?? "");
  root.dataset.lcms = "starting";
  try {
    /** @type {Player | Bridge | null} */
    let player = null;
    const chrome = new lcms.Chrome(sco, (page) => player?.go(page));
    const session = await lcms.session.connect(lcms.driver, (state) => chrome.showSaveState(state));
    const tracked = typeof session === "string" ? null : session;
    // Web pages miss no LMS.
    const { api, connect } = lcms.driver;
    if (typeof session === "string" && (api !== null || connect)) chrome.showUntracked(session);
    Object.assign(sco, tracked?.decides);
    player = sco.bridge ? new lcms.Bridge(sco, sco.bridge, chrome, tracked) : new lcms.Player(sco, chrome, tracked);
    player.start();
  } catch (error) {
    // Better all pages in order, as without scripts, than none.
    delete root.dataset.lcms;
    throw error;
  }
})();
