/** Hands a file to the person who asked for it. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken over the content when the click is over, though not every one does so at once.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
