// Asks the server what it sees from inside this frame, and tries a socket; text is set as text, never as HTML.
(async () => {
  const framed = window.parent !== window;
  const around = (location.ancestorOrigins && location.ancestorOrigins[0]) || (document.referrer && new URL(document.referrer).origin);
  const parent = framed ? around || "unknown" : "";
  document.getElementById("where").textContent = framed ? `In a frame of ${parent}.` : "Not in a frame: put this page into yours to test that.";
  const answer = await fetch(`/self-test/result?parent=${encodeURIComponent(parent)}`);
  const checks = await answer.json();
  const opened = await new Promise((done) => {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/self-test/socket`);
    socket.onopen = () => done(true);
    socket.onerror = () => done(false);
  });
  const bad = "No websocket: a proxy must pass on the headers Upgrade, Connection, Host and Origin.";
  checks.push({ name: "headers of the websocket", ok: opened, text: opened ? "A websocket opened." : bad });
  document.getElementById("checks").replaceChildren(...checks.map((check) => {
    const row = document.createElement("tr");
    for (const [text, style] of [[check.ok ? "OK" : "Wrong", check.ok ? "right" : "wrong"], [check.name], [check.text]]) {
      const cell = row.appendChild(document.createElement("td"));
      cell.textContent = text;
      cell.className = style || "";
    }
    return row;
  }));
})();
