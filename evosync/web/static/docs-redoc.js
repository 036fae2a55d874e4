// Starts Redoc on our own description: no search, which would want a worker made of text, and the system's fonts.
const page = document.getElementById("docs");
Redoc.init(
  page.dataset.url,
  {
    disableSearch: true,
    hideDownloadButton: true,
    nativeScrollbars: true,
    theme: {
      typography: {
        fontFamily: "system-ui, sans-serif",
        headings: { fontFamily: "system-ui, sans-serif" },
        code: { fontFamily: "ui-monospace, monospace" },
      },
    },
  },
  page,
);
