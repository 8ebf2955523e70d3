/**
 * Does a piece of work again and again until it returns false, with room for keys, clicks and frames in between; the
 * result ends it earlier. Messages, as timers in a row are made to wait 4 ms each.
 */
export function repeat(work: () => boolean): () => void {
  const { port1, port2 } = new MessageChannel();
  const again = () => port2.postMessage(null);
  port1.onmessage = () => {
    if (work()) again();
    else port1.close();
  };
  again();
  return () => port1.close();
}
