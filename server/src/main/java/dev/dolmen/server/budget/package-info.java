/**
 * What all callers together may make the process hold: the bytes of requests that are on their way,
 * are being answered, or have answers that nobody takes; whose turn it is on the threads that
 * compute; and whether there is somebody to compute for. Knows nothing of what is asked.
 */
@NullMarked
package dev.dolmen.server.budget;

import org.jspecify.annotations.NullMarked;
