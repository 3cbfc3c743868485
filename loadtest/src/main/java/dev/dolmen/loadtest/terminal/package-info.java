/**
 * What measuring commands print: tables, sparklines, progress bars, JSON reports. No state that
 * outlives a command; each object is confined to the thread that prints.
 */
@NullMarked
package dev.dolmen.loadtest.terminal;

import org.jspecify.annotations.NullMarked;
