/**
 * What a measuring command leaves behind: figures as JSON, and a report that says when, where and
 * of which commit they are. May use the server's terminal and {@code local}; every measuring
 * command uses it. Objects are confined to the thread that runs the command.
 */
@NullMarked
package dev.dolmen.traffic.report;

import org.jspecify.annotations.NullMarked;
