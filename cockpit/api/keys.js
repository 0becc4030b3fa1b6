// Enter does the suggested action of the current lead, but only when nothing else has the focus: a person who tabs to
// "Why" and presses Enter must get the why, not a call. Streamlit's own shortcuts do not make that difference.
(() => {
  if (window.cockpitKeys) return;
  window.cockpitKeys = true;
  window.addEventListener("keydown", (event) => {
    const plain = !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    const idle = document.activeElement === document.body || document.activeElement === null;
    if (event.key !== "Enter" || !plain || !idle || document.querySelector('[role="dialog"]')) return;
    document.querySelector(".st-key-do_now_by_enter button:not(:disabled)")?.click();
  });
})();
