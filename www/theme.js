// Sets the chosen theme before the first paint; without a choice the system's theme holds.
try {
  const theme = localStorage.getItem("tokenflame.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be blocked: then there is no choice to keep.
}
