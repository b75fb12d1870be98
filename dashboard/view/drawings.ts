declare global {
  interface Window {
    /** How many tiles were drawn: the tests hold that a change at one gateway draws one. */
    silverbackDrawings?: number;
  }
}

export function countDrawing(): void {
  window.silverbackDrawings = (window.silverbackDrawings ?? 0) + 1;
}
