/**
 * {@code dolmen bench filter}: the admission filter's error against exact counts. One thread;
 * depends on {@code data} for real clicks.
 */
@NullMarked
package dev.dolmen.bench.filter;

import org.jspecify.annotations.NullMarked;
