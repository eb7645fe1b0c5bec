// Shows the links that copy a text to the clipboard, which need a script, and makes them work.
for (const link of document.querySelectorAll("[data-copies], [data-copies-from]")) {
  link.hidden = false;
  link.addEventListener("click", async () => {
    const said = document.getElementById(link.dataset.says);
    const { copies, copiesFrom } = link.dataset;
    try {
      await navigator.clipboard.writeText(copies ?? document.getElementById(copiesFrom).textContent);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "Your browser does not let a page copy. Select the text, and copy it.";
    }
  });
}
