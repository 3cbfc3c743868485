// Looks at the server again and again.

/**
 * Does something again, everyMs after it has come to its end: where the server or the page is slow, looks are further
 * apart, and never two at once. It rests while the page is not seen. What this gives back ends it.
 */
export function again(everyMs, what) {
  let timer;
  const next = () => (timer = setTimeout(async () => {
    try {
      if (!document.hidden) await what();
    } finally {
      if (timer !== null) next();
    }
  }, everyMs));
  next();
  return () => {
    clearTimeout(timer);
    timer = null;
  };
}
