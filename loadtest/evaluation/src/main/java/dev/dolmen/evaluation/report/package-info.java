/**
 * A comparison for people and programs: tables for the terminal, Markdown, JSON, and a page with
 * drawings that needs neither a network nor a script. Computes nothing but positions. One thread.
 */
@NullMarked
package dev.dolmen.evaluation.report;

import org.jspecify.annotations.NullMarked;
