/**
 * The command line: one root command, the operator's commands below it, and those that other
 * modules provide. May use everything in this module; nothing uses it. Exit codes: 0 done, 1 failed
 * (the message says why), 2 the command line or the configuration is not valid.
 */
@NullMarked
package dev.dolmen.server.cli;

import org.jspecify.annotations.NullMarked;
