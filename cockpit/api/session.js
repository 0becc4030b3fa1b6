// When the server has closed the connection, ask once in a while whether the session still lasts; when it does not,
// leave: what is on the screen must not stay there. While connected, nothing is asked.
(() => {
  if (window.cockpitSession) return;
  window.cockpitSession = true;
  setInterval(async () => {
    const app = document.querySelector(".stApp");
    if (!app || app.getAttribute("data-test-connection-state") === "CONNECTED") return;
    const answer = await fetch("/session", { cache: "no-store" }).catch(() => null);
    if (answer && answer.status === 401) location.reload();
  }, 1000);
})();
