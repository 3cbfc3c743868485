/**
 * What all callers together may make the process hold: the bytes of requests that are on their way,
 * are being answered, or have answers that nobody takes. Knows nothing of what is asked.
 */
@NullMarked
package dev.dolmen.server.budget;

import org.jspecify.annotations.NullMarked;
