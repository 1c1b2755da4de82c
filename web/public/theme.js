// Before the first paint: the look that was chosen, if one was.
(function () {
  try {
    var theme = localStorage.getItem("lcms.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is switched off: the system decides.
  }
})();
