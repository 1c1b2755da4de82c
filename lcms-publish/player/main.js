"use strict";
/* Begins: reads the lesson from the page, opens a session with the LMS and starts the player with what it held. */

var lcms = lcms || {};

(async () => {
  const data = document.getElementById("lcms-sco");
  /** @type {Sco} */
  const sco = JSON.parse(data?.textContent ?? "");
  document.documentElement.dataset.lcms = "starting";
  /** @type {Player | null} */
  let player = null;
  const chrome = new lcms.Chrome(sco, (page) => player?.go(page));
  const session = await lcms.session.connect(lcms.driver, (state) => chrome.showSaveState(state));
  if (!session) chrome.showUntracked();
  player = new lcms.Player(sco, chrome, session);
  player.start();
})();
