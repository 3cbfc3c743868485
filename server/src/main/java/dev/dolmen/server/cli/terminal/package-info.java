/**
 * What commands print: tables, sparklines, progress bars, amounts, JSON reports. No state that
 * outlives a command; each object is confined to the thread that prints.
 */
@NullMarked
package dev.dolmen.server.cli.terminal;

import org.jspecify.annotations.NullMarked;
