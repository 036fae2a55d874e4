// Colours before the first paint: "auto" follows the system, and follows it on when it changes.
(() => {
  const page = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const chosen = page.dataset.theme;
    page.dataset.bsTheme = chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light";
  };
  paint();
  dark.addEventListener("change", paint);
})();
